package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program hears that left ND4J's backend out, and brought none or half of one. */
final class BackendTest {

  @TempDir private Path folder;

  @Test
  void withoutABackendARunSaysWhatToAdd() throws Exception {
    assertSays(
        "--device cpu: ND4J has no backend for it on the class path; " + "add org.nd4j:nd4j-native",
        jar -> !jar.startsWith("nd4j-native-1"));
  }

  @Test
  void withoutItsNativesARunSaysWhichAreMissing() throws Exception {
    assertSays(
        "--device cpu: ND4J has no natives for "
            + Loader.getPlatform()
            + " on the class path; add org.nd4j:nd4j-native and org.bytedeco:openblas, "
            + "both with the classifier "
            + Loader.getPlatform(),
        jar -> !jar.matches("nd4j-native-1.*-[a-z]+-[a-z0-9_]+\\.jar"));
  }

  private void assertSays(String expected, Predicate<String> isThere) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> isThere.test(Path.of(entry).getFileName().toString()))
            .collect(Collectors.joining(File.pathSeparator));
    Path out = folder.resolve("out.onnx");
    Cli run =
        Program.startOn(folder, classPath, "testmodels/torchscript_mlp.onnx", out, "-q").end();
    assertEquals(ExitCode.USAGE.status(), run.status(), run::toString);
    assertEquals(1, run.err().lines().count(), run::err);
    assertTrue(run.err().contains(expected), run::err);
    assertFalse(Files.exists(out));
  }
}
