package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Requests that can't be carried out: the status and one line tell, and no file is touched. */
final class UsageTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;
  private byte[] model;

  @BeforeEach
  void writeModel() throws IOException {
    in = folder.resolve("in.onnx");
    out = folder.resolve("out.onnx");
    Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("usage"), 6, 5);
    Models.dense("w", Storage.RAW, weights).write(in);
    model = Files.readAllBytes(in);
  }

  @Test
  void sameFile() throws IOException {
    assertFails(2, List.of("same file"), in, in);
    assertFails(2, List.of("same file"), in, folder.resolve("./sub/../in.onnx").normalize());
  }

  @Test
  void sameFileByRelativePath() throws IOException {
    Path relative = Path.of("").toAbsolutePath().relativize(in);
    assertFails(2, List.of("same file"), in, relative);
  }

  @Test
  void sameFileBySymbolicLink() throws IOException {
    Files.createSymbolicLink(out, in);
    assertFails(2, List.of("same file"), in, out);
    assertFails(2, List.of("same file"), out, in);
    assertTrue(Files.isSymbolicLink(out));
  }

  @Test
  void sameFileByLinkedFolder() throws IOException {
    Path other = folder.resolve("other");
    Files.createSymbolicLink(other, folder);
    assertFails(2, List.of("same file"), in, other.resolve("in.onnx"));
  }

  @Test
  void sameFileByHardLink() throws IOException {
    Files.createLink(out, in);
    assertFails(2, List.of("same file"), in, out);
  }

  @Test
  void outIsFolder() throws IOException {
    Files.createDirectory(out);
    assertFails(2, List.of("is a folder"), in, out);
    assertEquals(0, Files.list(out).count());
  }

  @Test
  void inMissing() throws IOException {
    Path missing = folder.resolve("missing.onnx");
    assertFails(5, List.of(missing.toString(), "no such file"), missing, out);
  }

  @Test
  void inBelowAFile() throws IOException {
    assertFails(5, List.of("in.onnx"), in.resolve("x.onnx"), out);
  }

  @Test
  void outInMissingFolder() throws IOException {
    Path missing = folder.resolve("missing");
    assertFails(5, List.of(missing + ": no such file or folder"), in, missing.resolve("out.onnx"));
  }

  @Test
  void outBelowAFile() throws IOException {
    assertFails(5, List.of(in.toString()), in, in.resolve("out.onnx"));
  }

  /** A name one byte longer than a folder takes: fails for every user, root too. */
  @Test
  void outNameTooLong() throws IOException {
    assertFails(5, List.of("name too long"), in, folder.resolve("n".repeat(256)));
  }

  /** Nobody can make files here, whatever the rights. */
  @Test
  void outInFolderThatTakesNoFiles() throws IOException {
    assertFails(5, List.of("/proc"), in, Path.of("/proc/out.onnx"));
  }

  @Test
  void outInReadOnlyFolder() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    assertTrue(locked.toFile().setWritable(false));
    try {
      if (canWrite(locked)) {
        // The super-user may write anywhere; outInFolderThatTakesNoFiles has the same path there.
        System.out.println("outInReadOnlyFolder: this user may write to a read-only folder");
        assertEquals(0, Cli.run(in, locked.resolve("out.onnx")).status());
      } else {
        assertFails(5, List.of("permission denied"), in, locked.resolve("out.onnx"));
      }
    } finally {
      assertTrue(locked.toFile().setWritable(true));
    }
  }

  private static boolean canWrite(Path folder) {
    try {
      Files.delete(Files.createTempFile(folder, "probe", ""));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void noLayer() throws IOException {
    Path none = folder.resolve("none.onnx");
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .node("Relu", List.of("x"), "y")
        .output("y", TensorProto.DataType.FLOAT);
    models.write(none);
    assertFails(4, List.of("no layer to rewire", none.toString()), none, out);
    assertFails(4, List.of("no layer to rewire"), none, "--dry-run");
  }

  @Test
  void everyLayerExcluded() throws IOException {
    assertFails(4, List.of("found 1 layer"), in, out, "--exclude", "*");
  }

  @ParameterizedTest
  @CsvSource({
    "--sead, --seed",
    "--thread, --threads",
    "--includes, --include",
    "--cheque, --check"
  })
  void unknownOptionIsAnsweredWithASuggestion(String typed, String meant) {
    Cli run = Cli.run(in, out, typed, "3");
    assertEquals(2, run.status(), run::toString);
    assertTrue(run.err().contains(typed), run::err);
    assertTrue(run.err().contains(meant), run::err);
    assertEquals("", run.out());
    assertEquals(List.of("in.onnx"), names());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seed=-1",
        "--seed=x",
        "--seed=1.5",
        "--seed=",
        "--passes=first",
        "--passes=",
        "--selection=random",
        "--offset=0",
        "--offset=-1",
        "--offset=NaN",
        "--offset=Infinity",
        "--offset=1e400",
        "--offset=one",
        "--offset=",
        "--threads=0",
        "--threads=-2",
        "--threads=many",
        "--threads=99999999999",
        "--groups=none",
        "--check=md5",
        "--include=nothing*",
        "--exclude=nothing",
        "--include"
      })
  void badValues(String option) throws IOException {
    assertFails(2, List.of("onnx-parewire: "), in, out, option);
  }

  /**
   * What tells how to draw, or how strengths decide, has no place where nothing and they do not.
   */
  @ParameterizedTest
  @CsvSource({
    "greedy, --sampler reference, draws nothing; leave out --sampler reference",
    "greedy, --sampler exponential, draws nothing; leave out --sampler exponential",
    "greedy, --offset 0.5, draws nothing; leave out --offset 0.5",
    "greedy, --shared-stream, draws nothing; leave out --shared-stream",
    "greedy, --kernel nd4j, the nd4j kernel has no --selection greedy; use --kernel java",
    "greedy, --device cuda, the nd4j kernel has no --selection greedy; use --kernel java",
    "best-of, --sampler reference, 'whole orders, by no strength; leave out --sampler reference'",
    "best-of, --offset 0.5, 'draws whole orders, by no strength; leave out --offset 0.5'",
    "best-of, --kernel nd4j, the nd4j kernel has no --selection best-of; use --kernel java",
    "best-of, --draws 0, 'expected 1 or more --draws, found 0'",
    "best-of, --draws many, for option '--draws'"
  })
  void selectionsWithWhatIsNotForThem(String selection, String options, String message)
      throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(in, out, "--selection", selection));
    arguments.addAll(List.of(options.split(" ", -1)));
    assertFails(2, List.of(message), arguments.toArray());
  }

  @Test
  void drawsAreForTheBestOfOrders() throws IOException {
    String message = "--draws 7 is for --selection best-of; leave it out";
    assertFails(2, List.of(message), in, out, "--draws", "7");
    assertFails(2, List.of(message), in, out, "--draws", "7", "--selection", "greedy");
  }

  @Test
  void offsetsThatMakeNoProbabilities() throws IOException {
    assertFails(3, List.of("'w'", "with the offset 1.0E308"), in, out, "--offset", "1e308");
    assertFails(3, List.of("--offset nearer to 1"), in, out, "--offset", "1e308");
  }

  @Test
  void globThatMatchesNothingIsNamed() throws IOException {
    assertFails(2, List.of("'nothing*'", "inspect"), in, out, "--include", "nothing*");
  }

  @Test
  void missingAndSuperfluousArguments() throws IOException {
    assertFails(2, List.of("IN"));
    assertFails(2, List.of("OUT"), in);
    assertFails(2, List.of("third"), in, out, "third");
    assertFails(2, List.of("MODEL"), "inspect");
    assertFails(2, List.of("OUT"), "verify", in);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--threads=0", "--threads=-1", "--check=md5"})
  void badValuesOfVerify(String option) throws IOException {
    Path copy = Files.copy(in, folder.resolve("copy.onnx"));
    assertFails(2, List.of("onnx-parewire: "), "verify", in, copy, option);
  }

  @Test
  void subcommandsWithMissingFiles() throws IOException {
    Path missing = folder.resolve("missing.onnx");
    assertFails(5, List.of(missing.toString()), "inspect", missing);
    assertFails(5, List.of(missing.toString()), "verify", missing, in);
    assertFails(5, List.of(missing.toString()), "verify", in, missing);
  }

  @Test
  void oldOutputStaysWhole() throws IOException {
    Files.writeString(out, "precious");
    Weights weights = Weights.floats(new int[] {2, 2}, 1, Float.NaN, 2, 3);
    Path broken = Models.dense("w", Storage.RAW, weights).write(folder.resolve("broken.onnx"));
    assertFails(3, List.of("NaN"), broken, out);
    assertEquals("precious", Files.readString(out));
  }

  @Test
  void oldOutputIsReplaced() throws IOException {
    Files.writeString(out, "old");
    assertEquals(0, Cli.run(in, out).status());
    assertEquals(model.length, Files.size(out));
    assertEquals(List.of("in.onnx", "out.onnx"), names());
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    Cli run = Cli.run(in, out, "--dry-run");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("would rewire 1 layer"), run::out);
    assertEquals(List.of("in.onnx"), names());
  }

  @Test
  void verboseFailureHasAStackTrace() {
    Cli run = Cli.run(folder.resolve("missing.onnx"), out, "-v");
    assertEquals(5, run.status());
    assertTrue(run.err().contains("\tat "), run::err);
  }

  /** The status, one line with these words, nothing else, and every file as it was. */
  private void assertFails(int status, List<String> words, Object... arguments) throws IOException {
    List<String> before = names();
    Cli run = Cli.run(arguments);
    assertEquals(status, run.status(), run::toString);
    assertEquals("", run.out());
    assertEquals(1, run.errLines().size(), run::err);
    for (String word : words) {
      assertTrue(run.err().contains(word), () -> "expected '" + word + "' in: " + run.err());
    }
    assertEquals(before, names());
    assertArrayEquals(model, Files.readAllBytes(in));
  }

  private List<String> names() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !file.equals(folder))
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Whatever an option makes of a value, the user reads nothing of Java. */
  @Test
  void noValueIsRefusedInTermsOfTheProgram() {
    for (CommandLine.Model.OptionSpec option :
        new CommandLine(new RewireCommand()).getCommandSpec().options()) {
      if (option.type() == Path.class || option.type() == ReportPlace.class) {
        // Any text names a file.
        continue;
      }
      String name = option.longestName();
      for (String value : List.of("opencl:x", "-1", "", "1e999", "\u0001")) {
        Cli cli = Cli.run(in, out, name + "=" + value);
        assertFalse(
            cli.err().contains("Exception") || cli.err().contains("io.github"),
            () -> name + "=" + value + ": " + cli.err());
        assertTrue(cli.status() != 70, () -> name + "=" + value + ": " + cli.err());
      }
    }
  }
}
