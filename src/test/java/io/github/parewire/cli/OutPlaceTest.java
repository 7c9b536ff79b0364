package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Names and links at which OUT is to be. */
final class OutPlaceTest {

  private static final int LONGEST = 255;
  private static final String DATA = ".data";

  @TempDir private Path folder;
  private Path in;
  private Path results;

  @BeforeEach
  void writeModel() throws IOException {
    in =
        Models.dense("w", Storage.RAW, Weights.kaiming(Seeds.random("place"), 32, 16))
            .write(folder.resolve("in.onnx"));
    results = Files.createDirectory(folder.resolve("results"));
  }

  @TestFactory
  Stream<DynamicTest> longNames() {
    return Stream.of("x", "\u00fc", "\u6f22")
        .flatMap(
            unit ->
                Stream.of(249, 250, 251, 252, LONGEST)
                    .map(
                        bytes ->
                            DynamicTest.dynamicTest(
                                bytes + " bytes of " + unit, () -> assertWritten(unit, bytes))));
  }

  private void assertWritten(String unit, int bytes) throws IOException {
    Path out = results.resolve(name(unit, bytes));
    for (int run = 0; run < 2; run++) {
      Cli cli = Cli.run(in, out, "-q");
      assertEquals(0, cli.status(), cli::toString);
    }
    assertEquals(0, Cli.run("verify", in, out).status());
    assertEquals(List.of(out.getFileName().toString()), names());
    Files.delete(out);
  }

  /** OUT.data, the longer name, must fit as well. */
  @Test
  void longNamesOfDataFiles() throws IOException {
    Path out = results.resolve(name("x", LONGEST - DATA.length()));
    Cli cli = Cli.run(in, out, "-q", "--save-as-external-data");
    assertEquals(0, cli.status(), cli::toString);
    assertEquals(2, names().size());
    Path longer = results.resolve(name("y", LONGEST - DATA.length() + 1));
    assertTooLong(longer + DATA, Cli.run(in, longer, "--save-as-external-data"));
    assertEquals(2, names().size());
  }

  @Test
  void namesThatAreTooLong() throws IOException {
    Path out = results.resolve(name("x", LONGEST + 1));
    assertTooLong(out.toString(), Cli.run(in, out));
    Path weights = results.resolve("x".repeat(LONGEST) + ".npz");
    assertTooLong(
        weights.toString(),
        Cli.run(in, results.resolve("out.onnx"), "--weights-out", weights.toString()));
    assertEquals(List.of(), names());
  }

  private static void assertTooLong(String file, Cli cli) {
    assertEquals(5, cli.status(), cli::toString);
    assertEquals(List.of("onnx-parewire: " + file + ": File name too long"), cli.errLines());
  }

  private static String name(String unit, int bytes) {
    int width = unit.getBytes(StandardCharsets.UTF_8).length;
    return "a".repeat(bytes % width) + unit.repeat(bytes / width);
  }

  @Test
  void linkIsReplacedAndWhatItLeadsToStays() throws IOException {
    Path blob = Files.writeString(folder.resolve("blob"), "of other models, too");
    for (Path to : List.of(blob, folder.resolve("nowhere"))) {
      Path out = Files.createSymbolicLink(results.resolve("out.onnx"), to);
      Cli cli = Cli.run(in, out, "-q");
      assertEquals(0, cli.status(), cli::toString);
      assertTrue(Files.isRegularFile(out, LinkOption.NOFOLLOW_LINKS));
      assertEquals(0, Cli.run("verify", in, out).status());
      assertEquals("of other models, too", Files.readString(blob));
      assertFalse(Files.exists(folder.resolve("nowhere")));
      Files.delete(out);
    }
  }

  /** The older OUT.data, which the older OUT names, is a link as well in a hub's cache. */
  @Test
  void linkAtTheDataFileIsReplaced() throws IOException {
    Path out = results.resolve("out.onnx");
    Path data = results.resolve("out.onnx.data");
    assertEquals(0, Cli.run(in, out, "-q", "--save-as-external-data").status());
    Path blob = Files.move(data, folder.resolve("blob"));
    byte[] before = Files.readAllBytes(blob);
    Files.createSymbolicLink(data, blob);
    Cli cli = Cli.run(in, out, "-q", "--save-as-external-data", "--seed", "7");
    assertEquals(0, cli.status(), cli::toString);
    assertTrue(Files.isRegularFile(data, LinkOption.NOFOLLOW_LINKS));
    assertArrayEquals(before, Files.readAllBytes(blob));
  }

  /** A link to IN is IN. */
  @Test
  void linkToTheInputIsRefused() throws IOException {
    Path out = Files.createSymbolicLink(results.resolve("out.onnx"), in);
    Cli cli = Cli.run(in, out);
    assertEquals(2, cli.status(), cli::toString);
    assertTrue(cli.err().contains("the same file"), cli::err);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(results)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
