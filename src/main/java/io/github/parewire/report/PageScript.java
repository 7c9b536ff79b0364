package io.github.parewire.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;

/** The script of the HTML report, D3 included, and its style, as a page holds them. */
final class PageScript {

  private static final Pattern NON_ASCII = Pattern.compile("[^\\x00-\\x7f]");

  private final String script =
      "/*\n"
          + resource("d3/LICENSE")
          + "*/\n"
          + escaped(resource("d3/d3.min.js"))
          + escaped(resource("page.js"));

  /** The text of the script element. */
  String text() {
    return script;
  }

  /**
   * The content security policy: nothing is fetched, and no script runs but this one, whatever
   * names a model has.
   */
  String policy() {
    return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-"
        + Base64.getEncoder().encodeToString(sha256(script.getBytes(StandardCharsets.UTF_8)))
        + "'";
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The text of the style element. */
  static String style() {
    return resource("page.css");
  }

  /** JavaScript in ASCII: its string literals are all that has other characters. */
  private static String escaped(String script) {
    return NON_ASCII
        .matcher(script)
        .replaceAll(unit -> String.format("\\\\u%04x", (int) unit.group().charAt(0)));
  }

  /** A resource with the line ends that a browser sees. */
  private static String resource(String name) {
    try (InputStream in = PageScript.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
