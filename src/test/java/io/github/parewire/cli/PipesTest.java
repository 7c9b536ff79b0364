package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Models that come and go by pipes, with a POSIX shell. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs sh")
final class PipesTest {

  private static final Path CNN = Path.of("testmodels/torchscript_cnn.onnx");

  @TempDir private Path folder;
  @TempDir private Path temporary;
  private Path expected;

  @BeforeEach
  void rewireByFiles() throws IOException {
    expected = folder.resolve("expected.onnx");
    assertEquals(0, Cli.run(CNN, expected).status());
  }

  @Test
  void comesByAPipe() throws Exception {
    Path out = folder.resolve("out.onnx");
    Cli run = run("< " + CNN, "-", out);
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("verified: " + out), run::out);
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(out));
  }

  @Test
  void goesByAPipe() throws Exception {
    Path out = folder.resolve("out.onnx");
    Cli run = run("> " + out, CNN, "-");
    assertEquals(0, run.status(), run::err);
    assertTrue(run.err().contains("rewired 6 layers, 4,904 weights, "), "the table is elsewhere");
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(out));
  }

  @Test
  void comesAndGoes() throws Exception {
    Path out = folder.resolve("out.onnx");
    Path json = folder.resolve("report.json");
    Cli run = run("< " + CNN + " > " + out, "-", "-", "-q", "--json", json);
    assertEquals(new Cli(0, "", ""), run);
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(out));
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals("-", report.at("/input/path").asText());
    assertEquals("-", report.at("/output/path").asText());
    assertEquals("-", report.at("/input/files/0/path").asText());
  }

  @Test
  void inspectsAndVerifies() throws Exception {
    Cli inspected = run("< " + CNN, "inspect", "-", "--json", "-");
    assertEquals(0, inspected.status(), inspected::err);
    assertEquals("-", new ObjectMapper().readTree(inspected.out()).at("/model/path").asText());
    Cli verified = run("< " + expected, "verify", CNN, "-");
    assertEquals(0, verified.status(), verified::err);
    assertTrue(verified.out().endsWith("verified\n"), verified::out);
  }

  @Test
  void aReaderThatLeavesIsAFailure() throws Exception {
    Path large =
        Models.dense("w", Storage.RAW, Weights.kaiming(Seeds.random("pipe"), 300, 400))
            .write(folder.resolve("large.onnx"));
    Path status = folder.resolve("status");
    Cli run =
        shell(
            "{ \"$0\" \"$@\"; echo $? > %s; } | head -c 10 > %s"
                .formatted(status, folder.resolve("part")),
            large,
            "-",
            "-q");
    assertEquals("5", Files.readString(status).strip(), run::err);
    assertEquals("onnx-parewire: standard output: Broken pipe\n", run.err());
  }

  @Test
  void whatFailsNamesThePipe() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.onnx"), "none");
    Path out = folder.resolve("out.onnx");
    assertFails(3, "standard input: not an ONNX model", "< " + bad, "-", out);
    assertFails(
        3, "standard input: expected an ONNX model, found an empty file", "</dev/null", "-", out);
    assertFails(5, "standard input: Is a directory", "< " + folder, "-", out);
    assertFails(4, "standard input: no layer to rewire", "< " + CNN, "-", out, "--exclude", "*");
    assertFails(4, "'onnx-parewire inspect -' says why", "< " + CNN, "-", out, "--exclude", "*");
    assertFails(2, "standard input is one model, not two", "< " + CNN, "verify", "-", "-");
    assertFails(2, "both go to standard output", "", CNN, "-", "--json", "-");
    assertFalse(Files.exists(out));
  }

  @Test
  void externalDataCantComeOrGo() throws Exception {
    Path model = Path.of("testmodels/dynamo_external_data.onnx");
    Path out = folder.resolve("out.onnx");
    assertFails(2, "external data, which no pipe brings", "< " + model, "-", out);
    assertFails(
        2, "external data, which takes a file of its own; name OUT", "> " + out, model, "-");
    assertEquals(0, Files.size(out), "nothing is sent");
    assertFails(2, "external data, which takes", "> " + out, CNN, "-", "--save-as-external-data");
  }

  @Test
  void theFolderForTemporaryFilesMustBeThere() throws Exception {
    Cli run =
        Program.start(
                folder,
                List.of("sh", "-c", "TMPDIR=/not/there \"$0\" \"$@\" < " + CNN),
                "-",
                folder.resolve("out.onnx"))
            .end();
    assertEquals(5, run.status());
    assertEquals("onnx-parewire: /not/there: no such file or folder\n", run.err());
  }

  private void assertFails(int status, String why, String redirection, Object... arguments)
      throws Exception {
    Cli run = run(redirection, arguments);
    assertEquals(status, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().contains(why), run::err);
    assertFalse(run.err().contains(temporary.toString()), run::err);
  }

  /** Runs the program with streams redirected as a shell does. */
  private Cli run(String redirection, Object... arguments) throws Exception {
    return shell("\"$0\" \"$@\" " + redirection, arguments);
  }

  private Cli shell(String command, Object... arguments) throws Exception {
    Cli run =
        Program.start(
                folder,
                List.of("sh", "-c", "export TMPDIR=" + temporary + "; " + command),
                arguments)
            .end();
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList(), "nothing is left of what came by a pipe");
    }
    return run;
  }
}
