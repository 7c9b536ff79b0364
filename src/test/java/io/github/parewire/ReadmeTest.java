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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java does what it says. */
final class ReadmeTest {

  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void javaCompilesAndRewires() throws Exception {
    Path in = folder.resolve("model.onnx");
    Path out = folder.resolve("rewired.onnx");
    Files.copy(Path.of("testmodels/torchscript_mlp.onnx"), in);
    run(
        javaOfReadme()
            .replace("\"model.onnx\"", literal(in))
            .replace("\"rewired.onnx\"", literal(out)));
    assertEquals(Files.size(in), Files.size(out));
    assertTrue(Files.mismatch(in, out) >= 0, "OUT is a copy of IN");
  }

  private static String javaOfReadme() throws IOException {
    Matcher java = JAVA.matcher(Files.readString(Path.of("README.md")));
    assertTrue(java.find(), "README.md has no Java");
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
      throw new AssertionError("the README's Java fails", e.getCause());
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
