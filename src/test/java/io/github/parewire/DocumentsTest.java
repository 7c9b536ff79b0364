package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java of the documents does what they say, and their links lead somewhere. */
final class DocumentsTest {

  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** A link to a file or heading here: the file, which may be empty, and the heading. */
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/java.md"})
  void javaCompilesAndRewires(Path document) throws Exception {
    Path in = folder.resolve("model.onnx");
    Path out = folder.resolve("rewired.onnx");
    Files.copy(Path.of("testmodels/torchscript_cnn.onnx"), in);
    run(
        javaOf(document)
            .replace("\"model.onnx\"", literal(in))
            .replace("\"rewired.onnx\"", literal(out)));
    assertEquals(Files.size(in), Files.size(out));
    assertTrue(Files.mismatch(in, out) >= 0, "OUT is a copy of IN");
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> pages = Files.list(Path.of("docs"));
        Stream<Path> others =
            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tools/README.md")
                .map(Path::of)) {
      return Stream.concat(others, pages.filter(page -> page.toString().endsWith(".md"))).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) throws IOException {
    Matcher link = LINK.matcher(Files.readString(document));
    while (link.find()) {
      Path target = document.resolveSibling(link.group(1)).normalize();
      if (link.group(1).isEmpty()) {
        target = document;
      }
      assertTrue(Files.exists(target), link.group());
      if (link.group(2) != null) {
        assertTrue(headings(target).contains(link.group(2)), link.group());
      }
    }
  }

  /** A page's headings, as links name them. */
  private static List<String> headings(Path document) throws IOException {
    return Files.readAllLines(document).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
        .toList();
  }

  private static String javaOf(Path document) throws IOException {
    Matcher java = JAVA.matcher(Files.readString(document));
    assertTrue(java.find(), document + " has no Java");
    return java.group(1);
  }

  private static String literal(Path path) {
    return '"' + path.toString().replace("\\", "\\\\") + '"';
  }

  /** Runs statements, with imports before them, as the body of a method. */
  private void run(String java) throws Exception {
    String imports =
        java.lines().filter(line -> line.startsWith("import ")).reduce("", String::concat);
    String body = java.replaceAll("(?m)^import .*$", "");
    compile(
        "Example",
        imports
            + "public class Example { public static void main() throws Exception {"
            + body
            + "}}");
    URL[] classes = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
      loader.loadClass("Example").getMethod("main").invoke(null);
    } catch (InvocationTargetException e) {
      throw new AssertionError("its Java fails", e.getCause());
    }
  }

  private void compile(String name, String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString(), "-Xlint");
    assertTrue(
        compiler.getTask(messages, null, null, options, null, List.of(file)).call(),
        messages::toString);
    assertEquals("", messages.toString());
  }
}
