package io.github.parewire;

import static io.github.parewire.testing.Expected.list;
import static io.github.parewire.testing.Expected.longs;
import static io.github.parewire.testing.Expected.sha256;
import static io.github.parewire.testing.Expected.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.StreamOptions;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.testing.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The models that real exporters wrote, rewired as numpy rewires the frameworks' parameters. */
final class TestModelsTest {

  private static final Path MODELS = Path.of("testmodels");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> equalsNumpy() throws IOException {
    return models().map(model -> DynamicTest.dynamicTest(text(model, "file"), () -> check(model)));
  }

  @Test
  void everyModelHasAnEntry() throws IOException {
    Set<String> expected = models().map(model -> text(model, "file")).collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(MODELS)) {
      Set<String> found =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".onnx"))
              .collect(Collectors.toSet());
      assertEquals(expected, found);
    }
  }

  private void check(JsonNode model) throws IOException {
    Path in = MODELS.resolve(text(model, "file"));
    Path out = folder.resolve(text(model, "file"));

    Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);
    // Freshly initialized by their frameworks' defaults; scikit-learn's after one epoch.
    assertEquals(List.of(), report.warnings());

    List<JsonNode> expected = list(model.get("layers"));
    List<LayerReport.Rewired> found = report.rewired();
    assertEquals(
        expected.stream().map(layer -> text(layer, "tensor")).toList(),
        found.stream().map(layer -> layer.layer().tensor()).toList());
    for (int i = 0; i < expected.size(); i++) {
      checkLayer(expected.get(i), found.get(i));
    }
    assertEquals(expectedLeft(model), left(report));
    checkBytes(expected, "before", in, found);
    checkBytes(expected, "after", out, found);
    for (Proof proof : report.verification().orElseThrow().proofs()) {
      assertTrue(
          proof.outcome() == Proof.Outcome.HOLDS
              || (proof.name().equals("runs") && proof.outcome() == Proof.Outcome.SKIPPED),
          proof::toString);
    }
  }

  private static void checkLayer(JsonNode expected, LayerReport.Rewired report) {
    LayerDescription layer = report.layer();
    assertEquals(expected.get("layer").asInt(), layer.number());
    assertEquals(text(expected, "operator"), layer.operator());
    assertEquals(longs(expected.get("dims")), layer.dims());
    assertEquals(
        longs(expected.get("matrix")), List.of(layer.matrix().outputs(), layer.matrix().inputs()));
    assertEquals(1, layer.matrix().slices());
    checkVariance(expected, "before", report.before());
    checkVariance(expected, "after", report.after());
  }

  private static void checkVariance(JsonNode expected, String when, StrengthVariance found) {
    checkVariance(expected.get("input_strength_variance").get(when), found.input());
    checkVariance(expected.get("output_strength_variance").get(when), found.output());
  }

  private static void checkVariance(JsonNode expected, OptionalDouble found) {
    assertEquals(expected.isNull(), found.isEmpty());
    if (found.isPresent()) {
      double value = expected.doubleValue();
      assertEquals(value, found.getAsDouble(), 1e-9 * value);
    }
  }

  private static void checkBytes(
      List<JsonNode> expected, String when, Path path, List<LayerReport.Rewired> layers)
      throws IOException {
    try (OnnxFile file = OnnxFile.open(path)) {
      List<Layer> found = LayerFinder.find(file, GroupMode.JOINT).layers();
      for (int i = 0; i < expected.size(); i++) {
        StoredTensor tensor = found.get(layers.get(i).layer().number()).tensor();
        assertEquals(text(expected.get(i), "tensor"), tensor.name());
        assertEquals(
            text(expected.get(i).get("sha256"), when),
            sha256(digest -> tensor.data().read(digest::update)),
            when + ", " + tensor.name());
      }
    }
  }

  /** The readers of each tensor that is left, by its name. */
  private static Map<String, String> expectedLeft(JsonNode model) {
    Map<String, String> left = new TreeMap<>();
    for (JsonNode tensor : list(model.get("left"))) {
      left.put(
          text(tensor, "tensor"), longs(tensor.get("dims")) + " " + reader(text(tensor, "reason")));
    }
    return left;
  }

  private static Map<String, String> left(Report report) {
    Map<String, String> left = new TreeMap<>();
    for (LayerReport.Left layer : report.leftLayers()) {
      left.put(layer.layer().tensor(), layer.layer().dims() + " " + reader(layer.reason()));
    }
    report.left().forEach(l -> left.put(l.name(), l.dims() + " " + reader(l.reason())));
    return left;
  }

  /** The first operator that is named after "read by". */
  private static String reader(String reason) {
    return reason.replaceAll(".*?read by (\\w+).*", "$1");
  }

  private static Stream<JsonNode> models() throws IOException {
    JsonNode all = Expected.read(MODELS.resolve("expected.json"));
    assertEquals(StreamOptions.DEFAULT_SEED, all.get("seed").asText());
    return list(all.get("models")).stream();
  }
}
