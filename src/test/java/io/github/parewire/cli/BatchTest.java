package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code onnx-parewire IN... --out-dir DIR}. */
final class BatchTest {

  private static final Path CNN = Path.of("testmodels/torchscript_cnn.onnx");
  private static final Path MLP = Path.of("testmodels/torchscript_mlp.onnx");

  @TempDir private Path folder;
  private Path models;
  private Path out;

  /** Two models, in a folder and one below it. */
  @BeforeEach
  void makeModels() throws IOException {
    models = Files.createDirectories(folder.resolve("models/sub")).getParent();
    out = folder.resolve("out");
    Files.copy(CNN, models.resolve("a.onnx"));
    Files.copy(MLP, models.resolve("sub/b.onnx"));
  }

  @Test
  void aFolderKeepsItsStructure() throws IOException {
    Cli run = Cli.run(models, "--out-dir", out, "--seed", "7");
    assertEquals(0, run.status(), run::err);
    assertEquals("", run.err());
    assertEquals(3, run.outLines().size(), run::out);
    assertTrue(
        run.outLines()
            .get(0)
            .startsWith(
                models.resolve("a.onnx")
                    + " -> "
                    + out.resolve("a.onnx")
                    + ": rewired 6 layers, 4,904 weights, "),
        run::out);
    assertTrue(run.outLines().get(0).endsWith(" s, verified"), run::out);
    assertTrue(run.outLines().get(2).startsWith("2 of 2 models, 7,912 weights, "), run::out);
    assertEquals(Set.of("a.onnx", "sub/b.onnx"), files(out));
    assertSameAsAlone(CNN, out.resolve("a.onnx"));
    assertSameAsAlone(MLP, out.resolve("sub/b.onnx"));
  }

  private void assertSameAsAlone(Path in, Path batch) throws IOException {
    Path alone = folder.resolve("alone.onnx");
    assertEquals(0, Cli.run(in, alone, "--seed", "7").status());
    assertArrayEquals(Files.readAllBytes(alone), Files.readAllBytes(batch));
  }

  @Test
  void whatIsBelowTheFolderOfResultsIsNoModelToRead() throws IOException {
    Path below = models.resolve("rewired");
    for (int run = 0; run < 2; run++) {
      assertEquals(0, Cli.run(models, "--out-dir", below).status());
      assertEquals(
          Set.of("a.onnx", "sub/b.onnx", "rewired/a.onnx", "rewired/sub/b.onnx"), files(models));
    }
    Files.createDirectories(models.resolve(".a.onnx.tmp/new"));
    Files.copy(MLP, models.resolve(".a.onnx.tmp/new/a.onnx"));
    assertEquals(0, Cli.run(models, "--out-dir", out).status());
    assertEquals(
        Set.of("a.onnx", "sub/b.onnx", "rewired/a.onnx", "rewired/sub/b.onnx"),
        files(out),
        "without what a killed run has left");
  }

  @Test
  void filesGoByTheirNames() throws IOException {
    Path other = Files.copy(MLP, folder.resolve("model.pb"));
    Cli run = Cli.run(models.resolve("sub/b.onnx"), other, CNN, "--out-dir", out, "-q");
    assertEquals(new Cli(0, "", ""), run);
    assertEquals(Set.of("b.onnx", "model.pb", "torchscript_cnn.onnx"), files(out));
  }

  @Test
  void theSameModelTwiceIsOne() throws IOException {
    Cli run = Cli.run(models, models.resolve("a.onnx"), "--out-dir", out);
    assertEquals(0, run.status(), run::err);
    assertEquals(Set.of("a.onnx", "sub/b.onnx"), files(out));
  }

  @Test
  void oneFailureIsNoOthers() throws IOException {
    Files.writeString(models.resolve("b.onnx"), "none");
    Path bare = Path.of("testmodels/dynamo_external_data.onnx");
    Cli run = Cli.run(models, folder.resolve("gone.onnx"), bare, "--out-dir", out);
    assertEquals(5, run.status());
    assertEquals(2, run.errLines().size(), run::err);
    assertTrue(
        run.errLines()
            .get(0)
            .startsWith("onnx-parewire: " + models.resolve("b.onnx") + ": not an ONNX model"),
        run::err);
    assertEquals(
        "onnx-parewire: " + folder.resolve("gone.onnx") + ": no such file or folder",
        run.errLines().get(1));
    assertTrue(run.out().contains("\n3 of 5 models, "), run::out);
    assertTrue(run.out().contains(" weights, 2 failed, "), run::out);
    assertEquals(
        Set.of(
            "a.onnx", "sub/b.onnx", "dynamo_external_data.onnx", "dynamo_external_data.onnx.data"),
        files(out));
  }

  @Test
  void theWorstThatBefellOneEndsTheProgram() throws IOException {
    Path invalid = Files.writeString(models.resolve("invalid.onnx"), "none");
    Path without = models.resolve("without.onnx");
    Files.copy(CNN, without);
    Cli leaves = Cli.run(without, MLP, "--out-dir", out, "--include", "stem.weight");
    assertEquals(2, leaves.status(), "in the other model the name matches nothing");
    assertTrue(leaves.err().contains(MLP.toString()), leaves::err);

    Cli both = Cli.run(invalid, without, "--out-dir", out, "--exclude", "*");
    assertEquals(3, both.status(), both::err);
    assertTrue(both.out().contains("0 of 2 models, 0 weights, 1 without a layer, 1 failed, "));
    assertEquals(4, Cli.run(without, "--out-dir", out, "--exclude", "*").status());
  }

  @Test
  void eachFailureNamesItsModel() {
    Cli run = Cli.run(models, "--out-dir", out, "--exclude", "nothing");
    assertEquals(2, run.status());
    assertEquals(2, run.errLines().size());
    assertTrue(run.errLines().get(0).contains(models.resolve("a.onnx").toString()), run::err);
    assertTrue(run.errLines().get(1).contains(models.resolve("sub/b.onnx").toString()), run::err);
  }

  @Test
  void aDryRunWritesNothing() {
    Cli run = Cli.run(models, "--out-dir", out, "--dry-run");
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("a.onnx: would rewire 6 layers, 4,904 weights, "), run::out);
    assertFalse(Files.exists(out));
  }

  @Test
  void verboseHasEachTable() {
    Cli run = Cli.run(models, "--out-dir", out, "-v");
    assertTrue(run.out().contains("stem.weight"), run::out);
    assertTrue(run.err().contains("a.onnx: times: find"), run::err);
  }

  @Test
  void jsonHasALineForEachModel() throws IOException {
    Files.writeString(models.resolve("bad.onnx"), "none");
    Path file = folder.resolve("lines.jsonl");
    Files.writeString(file, "an older run's\n".repeat(10_000));
    Cli run = Cli.run(models, "--out-dir", out, "--json", file);
    assertEquals(3, run.status(), run::err);
    assertLines(Files.readAllLines(file));
    Cli printed = Cli.run(models, "--out-dir", out, "--json", "-");
    assertLines(printed.outLines());
  }

  private void assertLines(List<String> lines) throws IOException {
    assertEquals(3, lines.size());
    JsonNode good = followsSchema("report", lines.get(0));
    assertEquals(models.resolve("a.onnx").toString(), good.at("/input/path").asText());
    assertEquals(4904, good.get("weights").asInt());
    JsonNode bad = followsSchema("failure", lines.get(1));
    assertEquals(models.resolve("bad.onnx").toString(), bad.at("/input/path").asText());
    assertEquals(out.resolve("bad.onnx").toString(), bad.at("/output/path").asText());
    assertEquals(3, bad.get("exitCode").asInt());
    assertTrue(bad.get("error").asText().contains("not an ONNX model"), bad::toString);
    followsSchema("report", lines.get(2));
  }

  private static JsonNode followsSchema(String name, String line) throws IOException {
    JsonNode node = new ObjectMapper().readTree(line);
    assertEquals(
        Set.of(),
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(Path.of("docs", name + ".schema.json")))
            .validate(node));
    return node;
  }

  @Test
  void bracesStandForEachModelsName() throws IOException {
    Path side = folder.resolve("side");
    Cli run =
        Cli.run(
            models,
            "--out-dir",
            out,
            "--json",
            side.resolve("{}.json"),
            "--html",
            side.resolve("{}.html"),
            "--weights-out",
            side.resolve("{}.npz"));
    assertEquals(0, run.status(), run::err);
    assertEquals(
        Set.of("a.json", "a.html", "a.npz", "sub/b.json", "sub/b.html", "sub/b.npz"), files(side));
    followsSchema("report", Files.readString(side.resolve("sub/b.json")));
  }

  @Test
  void eachModelHasDataFilesOfItsOwn() throws IOException {
    Cli one = Cli.run(models, "--out-dir", out, "--external-data", "{}.bin");
    assertEquals(0, one.status(), one::err);
    assertEquals(Set.of("a.onnx", "a.bin", "sub/b.onnx", "sub/b.bin"), files(out));
    Cli each =
        Cli.run(models, "--out-dir", out, "--one-file-per-tensor", "--external-data", "data/{}");
    assertEquals(0, each.status(), each::err);
    assertTrue(Files.exists(out.resolve("data/a/stem.weight")), () -> files(out).toString());
    assertTrue(Files.isDirectory(out.resolve("sub/data/b")));
  }

  @Test
  void whatCantBeIsSaidBeforeAnyWork() throws IOException {
    Path a = models.resolve("a.onnx");
    Path twin = Files.copy(MLP, Files.createDirectories(folder.resolve("twin")).resolve("a.onnx"));
    assertRefused("would both be written to", a, twin, "--out-dir", out);
    assertRefused("would take the place of a model to read", a, "--out-dir", models);
    Path link = Files.createSymbolicLink(folder.resolve("link"), models);
    assertRefused("would take the place of a model to read", a, "--out-dir", link);
    assertRefused(
        "--html page.html would be one file", models, "--out-dir", out, "--html", "page.html");
    assertRefused(
        "--weights-out w.npz would be one", models, "--out-dir", out, "--weights-out", "w.npz");
    assertRefused(
        "--external-data w.bin would be one", models, "--out-dir", out, "--external-data", "w.bin");
    assertRefused("tensors of different models", models, "--out-dir", out, "--one-file-per-tensor");
    assertRefused("is another file of this run", models, "--out-dir", out, "--json", a);
    assertRefused(
        "is another file of this run", models, "--out-dir", out, "--html", out.resolve("{}.onnx"));
    assertRefused("both go to", models, "--out-dir", out, "--html", "{}.x", "--json", "{}.x");
    assertRefused("expected a folder to write to, found a file", a, "--out-dir", twin);
    assertRefused(
        "no .onnx file in the folder",
        Files.createDirectory(folder.resolve("none")),
        "--out-dir",
        out);
    assertRefused("standard input is one model", "-", "--out-dir", out);
    assertRefused("Missing the models to read", "--out-dir", out);
    assertRefused("for many models name --out-dir DIR", a, twin, out.resolve("c.onnx"));
    for (Cli run : List.of(Cli.run(models), Cli.run(models, out), Cli.run(models, "--dry-run"))) {
      assertEquals(3, run.status());
      assertTrue(run.err().contains("or --out-dir DIR for all in it"), run::err);
    }
  }

  private void assertRefused(String why, Object... arguments) throws IOException {
    Set<String> before = files(folder);
    Cli run = Cli.run(arguments);
    assertEquals(2, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().contains(why), run::err);
    assertEquals(before, files(folder));
    assertFalse(Files.exists(out));
  }

  private static Set<String> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .filter(file -> !file.startsWith("."))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
