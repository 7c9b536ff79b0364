package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed, and where: results on standard output, notes on standard error. */
final class OutputTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;

  /** Weights of small fractions, whose sums are exact; nothing here depends on random data. */
  @BeforeEach
  void writeModel() {
    Models models = Models.model();
    models
        .graph()
        .input("image", DataType.FLOAT, 1, 3, 2, 2)
        .weights("conv.weight", Storage.RAW, pattern(4, 3, 2, 2))
        .weights("head.weight", Storage.CONSTANT_PACKED, pattern(6, 4))
        .weights("tied.weight", Storage.PACKED, pattern(5, 4))
        .weights("scale", Storage.RAW, pattern(1, 4))
        .weights("shift", Storage.RAW, pattern(1, 4))
        .node("Conv", List.of("image", "conv.weight"), "features")
        .node("Flatten", List.of("features"), "flat")
        .node("Mul", List.of("flat", "scale"), "scaled")
        .node("Mul", List.of("scaled", "shift"), "shifted")
        .node("Gemm", List.of("shifted", "head.weight"), "y", Models.attribute("transB", 1))
        .node("Gemm", List.of("shifted", "tied.weight"), "z", Models.attribute("transB", 1))
        .node("Relu", List.of("tied.weight"), "r")
        .output("y", DataType.FLOAT)
        .output("z", DataType.FLOAT)
        .output("r", DataType.FLOAT);
    in = models.write(folder.resolve("in.onnx"));
    out = folder.resolve("out.onnx");
  }

  private static Weights pattern(int... dims) {
    int count = java.util.Arrays.stream(dims).reduce(1, Math::multiplyExact);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i * 37 % 64 - 31) / 64f;
    }
    return Weights.floats(dims, values);
  }

  @Test
  void rewiring() throws IOException {
    Cli run = Cli.run(in, out);
    assertEquals(0, run.status());
    assertGolden("rewire", run);
  }

  @Test
  void dryRun() throws IOException {
    Cli run = Cli.run(in, "--dry-run");
    assertEquals(0, run.status());
    assertGolden("dry-run", run);
  }

  @Test
  void verbose() throws IOException {
    Cli run = Cli.run("-v", in, out, "--exclude", "head.*");
    assertEquals(0, run.status());
    assertGolden("verbose", run);
  }

  @Test
  void inspect() throws IOException {
    Cli run = Cli.run("inspect", in);
    assertEquals(0, run.status());
    assertGolden("inspect", run);
  }

  /** A run says what is not as in the authors' algorithm. */
  @Test
  void rule() {
    assertSummary("seed 42, input pass alone, offset 0.25", "--passes", "input", "--offset=0.25");
    assertSummary("greedy selection, output pass alone", "--selection=greedy", "--passes=output");
    assertSummary("seed 5, best of 3 orders", "--selection=best-of", "--draws=3", "--seed=5");
    assertSummary("seed 42", "--passes", "both", "--offset", "1", "--selection", "draw");
  }

  private void assertSummary(String rule, String... options) {
    List<Object> arguments = new ArrayList<>(List.of(in, out));
    arguments.addAll(List.of(options));
    Cli run = Cli.run(arguments.toArray());
    assertEquals(0, run.status(), run::err);
    assertTrue(
        run.out().matches("(?s).* weights, " + Pattern.quote(rule) + ", [\\d.]+ s, verified.*"),
        run::out);
  }

  @Test
  void inspectIdeal() throws IOException {
    Cli run = Cli.run("inspect", in, "--ideal");
    assertEquals(0, run.status());
    assertGolden("inspect-ideal", run);
  }

  @Test
  void verify() throws IOException {
    assertEquals(0, Cli.run(in, out).status());
    Cli run = Cli.run("verify", in, out, "--check", "sort");
    assertEquals(0, run.status());
    assertGolden("verify", run);
  }

  @Test
  void quietPrintsNothing() {
    assertEquals(new Cli(0, "", ""), Cli.run(in, out, "-q"));
    assertEquals(new Cli(0, "", ""), Cli.run("verify", "--quiet", in, out));
    assertTrue(Files.exists(out));
  }

  @Test
  void version() {
    Cli run = Cli.run("--version");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("onnxruntime 1."), run::out);
    assertTrue(run.out().startsWith("onnx-parewire "), run::out);
    assertEquals("", run.err());
  }

  @Test
  void helpNamesOptionsAndExitCodes() {
    Cli run = Cli.run("--help");
    assertEquals(0, run.status());
    assertEquals("", run.err());
    List<String> words =
        List.of(
            "IN",
            "OUT",
            "--seed",
            "--shared-stream",
            "--passes",
            "--selection",
            "--offset",
            "--groups",
            "--include",
            "--exclude",
            "--threads",
            "--dry-run",
            "--check",
            "--quiet",
            "--verbose",
            "--version",
            "inspect",
            "verify",
            "default: 42",
            "Exit codes");
    for (String word : words) {
      // Lines are broken where the terminal ends.
      assertTrue(run.out().replaceAll("\\s+", " ").contains(word), () -> word + " in " + run.out());
    }
    for (ExitCode code : ExitCode.values()) {
      assertTrue(
          run.outLines().stream().anyMatch(line -> line.matches(" *" + code.status() + " +.+")),
          () -> code + " in " + run.out());
    }
  }

  @Test
  void subcommandsHaveHelp() {
    for (String command : List.of("inspect", "verify")) {
      Cli run = Cli.run(command, "--help");
      assertEquals(0, run.status());
      assertTrue(run.out().contains("onnx-parewire " + command), run::out);
    }
  }

  /** Compares with a file, which {@code -Dgolden.write=true} makes; folder and time are masked. */
  private void assertGolden(String name, Cli run) throws IOException {
    String text = "--- out\n" + run.out() + "--- err\n" + run.err();
    String masked =
        text.replace(folder + "/", "")
            .replaceAll("\\d+\\.\\d+ s\\b", "TIME s")
            .replace("\r\n", "\n");
    Path golden = Path.of("src/test/resources/cli", name + ".txt");
    if (Boolean.getBoolean("golden.write")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, masked);
    }
    assertEquals(Files.readString(golden), masked);
  }
}
