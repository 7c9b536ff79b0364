package io.github.parewire.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;

/** Reads the JSON files that say what numpy gives. */
public final class Expected {

  /** Something that hands over its bytes in pieces. */
  @FunctionalInterface
  public interface Content {

    /** Gives all pieces, in order, to a digest. */
    void update(MessageDigest digest) throws IOException;
  }

  private Expected() {}

  /** The JSON in a file. */
  public static JsonNode read(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /** The elements of an array. */
  public static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  /** The elements of an array of numbers. */
  public static List<Long> longs(JsonNode array) {
    List<Long> longs = new ArrayList<>();
    array.forEach(value -> longs.add(value.asLong()));
    return longs;
  }

  /** One string of an object. */
  public static String text(JsonNode node, String key) {
    return node.get(key).asText();
  }

  /** The SHA-256 in lower-case hexadecimal. */
  public static String sha256(Content content) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      content.update(digest);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
