package io.github.parewire.cli;

import static io.github.parewire.testing.Expected.list;
import static io.github.parewire.testing.Expected.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.parewire.testing.Expected;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect}, for people and for programs. */
final class InspectTest {

  private static final Path SCHEMA = Path.of("docs", "inspect.schema.json");
  private static final Path MODELS = Path.of("testmodels");

  /** What each framework draws weights from by default, by how the files' names begin. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "torch", "torch default",
          "dynamo", "torch default",
          "keras", "Xavier uniform",
          "flax", "LeCun truncated normal");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> testModels() throws IOException {
    return list(Expected.read(MODELS.resolve("expected.json")).get("models")).stream()
        .map(model -> DynamicTest.dynamicTest(text(model, "file"), () -> check(model)));
  }

  @Test
  void isNotWrittenOverTheModel() throws IOException {
    Path model = Files.copy(MODELS.resolve("torchscript_mlp.onnx"), folder.resolve("m.onnx"));
    Cli run = Cli.run("inspect", model, "--json", model);
    assertEquals(2, run.status(), run::toString);
    assertTrue(run.err().contains("is another file of this run"), run::err);
    assertEquals(-1, Files.mismatch(MODELS.resolve("torchscript_mlp.onnx"), model));
  }

  @Test
  void isNotWrittenOverTheModelsData() throws IOException {
    Path model = MODELS.resolve("dynamo_external_data.onnx");
    Path data = MODELS.resolve("dynamo_external_data.onnx.data");
    Path copy = Files.copy(model, folder.resolve(model.getFileName()));
    Path copiedData = Files.copy(data, folder.resolve(data.getFileName()));
    Cli run = Cli.run("inspect", copy, "--json", copiedData);
    assertEquals(2, run.status(), run::toString);
    assertTrue(run.err().contains("is another file of this run"), run::err);
    assertEquals(-1, Files.mismatch(data, copiedData));
  }

  private static void check(JsonNode model) throws IOException {
    String file = text(model, "file");
    JsonNode found = json(Cli.run("inspect", MODELS.resolve(file), "--json", "-"));
    Map<String, JsonNode> byName =
        list(found.get("layers")).stream()
            .collect(Collectors.toMap(layer -> text(layer, "tensor"), Function.identity()));
    for (JsonNode expected : list(model.get("layers"))) {
      JsonNode layer = byName.get(text(expected, "tensor"));
      for (String side : List.of("input", "output")) {
        JsonNode before = expected.get(side + "_strength_variance").get("before");
        double variance = layer.get(side + "StrengthVariance").asDouble();
        assertEquals(before.asDouble(), variance, 1e-9 * variance);
      }
      assertEquals("random", layer.at("/looksLike/kind").asText(), layer::toString);
      DEFAULTS.forEach(
          (prefix, name) ->
              assertTrue(
                  !file.startsWith(prefix)
                      || layer.at("/looksLike/initializers").toString().contains(name),
                  layer::toString));
    }
  }

  /** torch's convolutions count fan-in and fan-out so, groups and transposition included. */
  @Test
  void fansOfTorch() throws IOException {
    JsonNode layers =
        json(Cli.run("inspect", MODELS.resolve("torchscript_cnn.onnx"), "--json", "-"))
            .get("layers");
    assertEquals(
        List.of(
            "stem.weight 27 144",
            "grouped.weight 36 288",
            "depthwise.weight 9 288",
            "up.weight 64 128",
            "grouped_up.weight 54 144",
            "head.weight 12 10"),
        list(layers).stream()
            .map(l -> text(l, "tensor") + " " + text(l, "fanIn") + " " + text(l, "fanOut"))
            .toList());
  }

  @Test
  void toAFileBesideTheTable() throws IOException {
    Path json = folder.resolve("report.json");
    Path in = MODELS.resolve("dynamo_external_data.onnx");
    Cli run = Cli.run("inspect", in, "--json", json);
    assertTrue(run.outLines().get(0).contains("10,446 bytes and 19,616 in data files"), run::out);
    JsonNode report = json(new Cli(0, Files.readString(json), ""));
    assertEquals(19616, report.at("/model/dataBytes").asLong());
    assertEquals(new Cli(0, "", ""), Cli.run("inspect", in, "-q"));
  }

  /** Of 40 output neurons with 30 inputs each; there is none of a single neuron. */
  @Test
  void idealStrengthVariance() throws IOException {
    Weights weights = Weights.kaiming(Seeds.random("ideal"), 40, 30);
    Path in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    JsonNode layer = json(Cli.run("inspect", in, "--json", "-")).at("/layers/0");
    double deviation = layer.at("/weights/standardDeviation").asDouble();
    double variance = deviation * deviation * 1200 / 1199;
    assertEquals(40 * variance, layer.get("idealInputStrengthVariance").asDouble(), 1e-12);
    assertEquals(30 * variance, layer.get("idealOutputStrengthVariance").asDouble(), 1e-12);
    String row = Cli.run("inspect", in, "--ideal").outLines().get(3);
    assertTrue(row.contains(String.format(Locale.ROOT, " %.4g ", 40 * variance)), row);
    assertTrue(row.contains(String.format(Locale.ROOT, " %.4g ", 30 * variance)), row);

    Weights one = Weights.kaiming(Seeds.random("ideal"), 1, 30);
    Path single = Models.dense("w", Storage.RAW, one).write(folder.resolve("single.onnx"));
    JsonNode neuron = json(Cli.run("inspect", single, "--json", "-")).at("/layers/0");
    assertTrue(neuron.get("idealOutputStrengthVariance").isNull());
    assertTrue(neuron.get("idealInputStrengthVariance").isNumber());
  }

  /** A run refuses such weights; inspecting says what is wrong. */
  @Test
  void weightsThatAreNoNumbers() throws IOException {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Path in =
          Models.dense("w", Storage.RAW, Weights.floats(new int[] {1, 2}, value, 1))
              .write(folder.resolve("in.onnx"));
      Cli run = Cli.run("inspect", in);
      assertEquals(0, run.status());
      assertTrue(run.out().contains("not finite"), run::out);
      JsonNode report = json(Cli.run("inspect", in, "--json", "-"));
      assertEquals("not_finite", report.at("/layers/0/looksLike/kind").asText());
      assertTrue(report.at("/layers/0/weights/mean").isNull());
    }
  }

  @Test
  void weightsOfZero() throws IOException {
    Path in =
        Models.dense("w", Storage.RAW, Weights.floats(new int[] {2, 2}, 0, 0, 0, 0))
            .write(folder.resolve("in.onnx"));
    JsonNode report = json(Cli.run("inspect", in, "--json", "-"));
    assertEquals("constant", report.at("/layers/0/looksLike/kind").asText());
    assertTrue(report.at("/layers/0/weights/kurtosis").isNull());
  }

  @Test
  void aModelWithoutLayers() throws IOException {
    Path in = Models.model().write(folder.resolve("in.onnx"));
    assertEquals(0, json(Cli.run("inspect", in, "--json", "-")).get("layers").size());
    assertTrue(Cli.run("inspect", in).out().contains("0 layers, 0 weights"));
  }

  @Test
  void hardLinksMustBeAllowed() throws IOException {
    for (String name : List.of("dynamo_external_data.onnx", "dynamo_external_data.onnx.data")) {
      Files.copy(MODELS.resolve(name), folder.resolve(name));
    }
    Files.createLink(folder.resolve("other"), folder.resolve("dynamo_external_data.onnx.data"));
    Path in = folder.resolve("dynamo_external_data.onnx");
    assertEquals(3, Cli.run("inspect", in).status());
    assertEquals(0, Cli.run("inspect", in, "--allow-hard-links").status());
  }

  @Test
  void threadsChangeNothing() throws IOException {
    Weights weights = Weights.kaiming(Seeds.random("threads"), 40, 30);
    Path in = Models.dense("w", Storage.PACKED, weights).write(folder.resolve("in.onnx"));
    assertEquals(
        Cli.run("inspect", in, "--json", "-", "--threads", "1"),
        Cli.run("inspect", in, "--json", "-", "--threads", "3"));
    assertEquals(2, Cli.run("inspect", in, "--threads", "0").status());
  }

  /** What was printed, after a look at whether it follows the schema. */
  static JsonNode json(Cli run) throws IOException {
    assertEquals(0, run.status(), run::err);
    JsonNode report = new ObjectMapper().readTree(run.out());
    Set<?> problems =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(SCHEMA))
            .validate(report);
    assertEquals(Set.of(), problems);
    return report;
  }
}
