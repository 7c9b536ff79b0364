package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.parewire.model.ElementType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The report for programs: as its schema says, and with hashes that anybody can check. */
final class JsonTest {

  private static final Path SCHEMA = Path.of("docs", "report.schema.json");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> testModelsGiveReportsByTheSchema() throws IOException {
    List<Path> models;
    try (Stream<Path> files = Files.list(Path.of("testmodels"))) {
      models = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    return models.stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    model.getFileName().toString(),
                    () -> {
                      Cli run = Cli.run(model, folder.resolve("out.onnx"), "--json", "-", "-q");
                      assertEquals(0, run.status(), run::err);
                      assertFollowsSchema(run.out());
                    }));
  }

  @Test
  void dryRun() throws IOException {
    Path in = model(ElementType.FLOAT);
    Cli run = Cli.run(in, "--dry-run", "--json", "-", "--exclude", "nothing*", "--seed", "1");
    assertEquals(2, run.status(), "a glob that matches nothing");
    Cli dry = Cli.run(in, "--dry-run", "--json", "-", "--seed", "99999999999999999999999");
    assertFollowsSchema(dry.out());
    JsonNode report = new ObjectMapper().readTree(dry.out());
    assertTrue(report.path("output").isMissingNode());
    assertEquals("99999999999999999999999", report.at("/settings/seed").asText());
  }

  @Test
  void rule() throws IOException {
    Path in = model(ElementType.FLOAT);
    JsonNode drawn =
        settings(in, "--passes", "output", "--offset", "0.125", "--sampler", "exponential");
    assertEquals("output", drawn.get("passes").asText());
    assertEquals("draw", drawn.get("selection").asText());
    assertEquals(0.125, drawn.get("offset").asDouble());
    assertEquals("exponential", drawn.get("sampler").asText());
    JsonNode greedy = settings(in, "--selection", "greedy");
    assertEquals("both", greedy.get("passes").asText());
    assertEquals("greedy", greedy.get("selection").asText());
    assertTrue(greedy.get("sampler").isNull());
    assertTrue(greedy.get("draws").isNull());
    JsonNode best = settings(in, "--selection", "best-of", "--draws", "3");
    assertEquals("best-of", best.get("selection").asText());
    assertEquals(3, best.get("draws").asInt());
    assertTrue(best.get("sampler").isNull());
  }

  private JsonNode settings(Path in, String... options) throws IOException {
    List<Object> arguments =
        new ArrayList<>(List.of(in, folder.resolve("out.onnx"), "--json", "-"));
    arguments.addAll(List.of(options));
    Cli run = Cli.run(arguments.toArray());
    assertEquals(0, run.status(), run::err);
    assertFollowsSchema(run.out());
    return new ObjectMapper().readTree(run.out()).get("settings");
  }

  @Test
  void toAFileBesideTheTable() throws IOException {
    Path json = folder.resolve("report.json");
    Cli run = Cli.run(model(ElementType.FLOAT), folder.resolve("out.onnx"), "--json", json);
    assertTrue(run.out().contains("rewired 1 layer"), run::out);
    assertFollowsSchema(Files.readString(json));
  }

  /** Squares of such weights overflow, in statistics and variances. */
  @Test
  void hugeWeights() throws IOException {
    long[] bits =
        DoubleStream.of(1e300, -3e299, 0.5, 2e298, 7, -1e300)
            .mapToLong(Double::doubleToRawLongBits)
            .toArray();
    Path in =
        Models.dense("w", Storage.RAW, Weights.of(ElementType.DOUBLE, new int[] {3, 2}, bits))
            .write(folder.resolve("in.onnx"));
    Cli run = Cli.run(in, folder.resolve("out.onnx"), "--json", "-");
    assertEquals(0, run.status(), run::err);
    assertFollowsSchema(run.out());
    assertTrue(
        new ObjectMapper()
            .readTree(run.out())
            .at("/layers/0/inputStrengthVariance/after")
            .isNull());
  }

  @TestFactory
  Stream<DynamicTest> hashesAreOfWhatTheyName() {
    return Weights.TYPES.stream()
        .map(type -> DynamicTest.dynamicTest(type.toString(), () -> assertHashes(type)));
  }

  private void assertHashes(ElementType type) throws Exception {
    Path in = model(type);
    Path out = folder.resolve("out.onnx");
    JsonNode report = new ObjectMapper().readTree(Cli.run(in, out, "--json", "-").out());
    assertEquals(sha256(Files.readAllBytes(in)), report.at("/input/files/0/sha256").asText());
    assertEquals(sha256(Files.readAllBytes(out)), report.at("/output/files/0/sha256").asText());
    String sorted = report.at("/layers/0/sortedWeightsSha256").asText();
    assertEquals(sortedSha256(Tensors.weights(in, "w")), sorted);
    assertEquals(sortedSha256(Tensors.weights(out, "w")), sorted);
  }

  private Path model(ElementType type) {
    Weights weights = Weights.random(type, Seeds.random("json"), 12, 9);
    return Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
  }

  private static void assertFollowsSchema(String json) throws IOException {
    Set<?> problems =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(SCHEMA))
            .validate(new ObjectMapper().readTree(json));
    assertEquals(Set.of(), problems);
  }

  private static String sortedSha256(Weights weights) throws Exception {
    int width = weights.type().bytes();
    ByteBuffer bytes =
        ByteBuffer.allocate(width * weights.bits().length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(weights.bits())
        .boxed()
        .sorted(Long::compareUnsigned)
        .forEach(
            bits -> {
              for (int i = 0; i < width; i++) {
                bytes.put((byte) (bits >>> (8 * i)));
              }
            });
    return sha256(bytes.array());
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
