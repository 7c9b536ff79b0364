package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.Rewirer;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Results that can't be written: the run says so, and leaves the old output. */
final class ResultFaultsTest {

  private static final String FULL = "/dev/full";
  private static final String OLD = "precious";

  @TempDir private Path folder;
  @TempDir private Path scratch;
  private Path in;
  private Path out;

  @BeforeEach
  void writeModel() throws IOException {
    assumeTrue(Files.exists(Path.of(FULL)) && Files.isExecutable(Path.of("/bin/bash")));
    in =
        Models.dense("w", Storage.RAW, Weights.kaiming(Seeds.random("results"), 32, 16))
            .write(folder.resolve("in.onnx"));
    out = Files.writeString(folder.resolve("out.onnx"), OLD);
  }

  @TestFactory
  Stream<DynamicTest> standardOutputIsFull() {
    return Stream.<List<Object>>of(
            List.of(in, out),
            List.of(in, out, "--json", "-"),
            List.of(in, out, "--html", "-", "-q"),
            List.of(in, "--dry-run"),
            List.of("inspect", in),
            List.of("inspect", in, "--json", "-"),
            List.of("verify", in, in),
            List.of("--help"),
            List.of("--version"))
        .map(
            arguments ->
                DynamicTest.dynamicTest(
                    arguments.toString(),
                    () ->
                        assertFails(
                            "standard output", start("exec \"$@\" >" + FULL, arguments).end())));
  }

  @TestFactory
  Stream<DynamicTest> reportIsOnAFullDisk() {
    return Stream.<List<Object>>of(
            List.of(in, out, "--json", FULL),
            List.of(in, out, "--html", FULL),
            List.of(in, "--dry-run", "--json", FULL),
            List.of("inspect", in, "--json", FULL))
        .map(
            arguments ->
                DynamicTest.dynamicTest(
                    arguments.toString(), () -> assertFails(FULL, Cli.run(arguments.toArray()))));
  }

  private void assertFails(String place, Cli cli) throws IOException {
    assertEquals(5, cli.status(), cli::toString);
    assertEquals(List.of("onnx-parewire: " + place + ": No space left on device"), cli.errLines());
    assertEquals(OLD, Files.readString(out));
    assertEquals(List.of("in.onnx", "out.onnx"), names());
  }

  /** A limit on the size of files, in KiB, that the model is below and the page is not. */
  @Test
  void reportIsTooLong() throws Exception {
    assertEquals(0, Cli.run(in, folder.resolve("warm"), "-q").status());
    Files.delete(folder.resolve("warm"));
    Path page = folder.resolve("page.html");
    Cli cli = start("ulimit -f 64; exec \"$@\"", List.of(in, out, "--html", page, "-q")).end();
    assertEquals(5, cli.status(), cli::toString);
    assertEquals(List.of("onnx-parewire: " + page + ": File too large"), cli.errLines());
    assertEquals(OLD, Files.readString(out));
    assertEquals(List.of("in.onnx", "out.onnx"), names());
  }

  /** What would fail as well, but for a data file of OUT's name, is known before OUT is there. */
  @Test
  void reportInPlaceOfTheDataFile() throws Exception {
    Files.delete(out);
    Path data = folder.resolve("out.onnx.data");
    Cli cli = Cli.run(in, out, "--save-as-external-data", "--json", data);
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(List.of("in.onnx"), names());
  }

  @TestFactory
  Stream<DynamicTest> readerHasHadEnough() {
    return Stream.<List<Object>>of(
            List.of(in, out),
            List.of(in, out, "--json", "-"),
            List.of("inspect", in),
            List.of("--help"))
        .map(
            arguments ->
                DynamicTest.dynamicTest(
                    arguments.toString(),
                    () -> {
                      String closed = "\"$@\" | true; exit ${PIPESTATUS[0]}";
                      Cli cli = start(closed, arguments).end();
                      assertEquals(new Cli(0, "", ""), cli);
                      if (arguments.contains(out)) {
                        assertEquals(Files.size(in), Files.size(out));
                      }
                    }));
  }

  @Test
  void programsMayFailBeforeTheOutputAppears() throws IOException {
    byte[] old = OLD.getBytes(StandardCharsets.UTF_8);
    List<Path> seen = new ArrayList<>();
    Rewirer rewirer = new Rewirer(RewireOptions.defaults());
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                rewirer.rewire(
                    in,
                    out,
                    report -> {
                      seen.add(report.out().orElseThrow());
                      assertArrayEquals(old, Files.readAllBytes(out));
                      throw new IOException("no");
                    }));
    assertEquals("no", thrown.getMessage());
    assertEquals(List.of(out), seen);
    assertArrayEquals(old, Files.readAllBytes(out));
    rewirer.rewire(in, out, report -> seen.add(out));
    assertFalse(Arrays.equals(old, Files.readAllBytes(out)));
  }

  private Program start(String script, List<Object> arguments) throws IOException {
    return Program.start(scratch, List.of("/bin/bash", "-c", script, "bash"), arguments.toArray());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
