package io.github.parewire;

import static io.github.parewire.testing.Expected.list;
import static io.github.parewire.testing.Expected.longs;
import static io.github.parewire.testing.Expected.sha256;
import static io.github.parewire.testing.Expected.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.LayerOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.StreamOptions;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.options.WeightCheck;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.result.Warning;
import io.github.parewire.testing.Expected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models that nobody here made, got by {@code tools/models/real_models.sh}: rewired as numpy
 * rewires them, and running in ONNX Runtime, as the pipeline proves.
 */
final class RealModelsTest {

  private static final Path MODELS = Path.of("target", "real-models");
  private static final Path EXPECTED = Path.of("src", "test", "resources", "real-models");

  /** Kernels of Fourier, constant-Q and mel transforms, by the names that they have here. */
  private static final Pattern TRANSFORMS =
      Pattern.compile("stft|feature_extractor.forward_basis|melW|^const_fold_opt__6(64|55)$");

  private static final Pattern READER = Pattern.compile("read by ([\\w.]+)");

  @TempDir private Path folder;

  @TestFactory
  List<DynamicContainer> equalsNumpyAndRuns() throws IOException {
    try (Stream<Path> files = Files.list(EXPECTED)) {
      return files.sorted().map(this::tests).toList();
    }
  }

  private DynamicContainer tests(Path expected) {
    String name = expected.getFileName().toString().replace(".json", "");
    try {
      JsonNode models = Expected.read(expected);
      assertEquals(StreamOptions.DEFAULT_SEED, text(models, "seed"));
      return DynamicContainer.dynamicContainer(
          name,
          list(models.get("models")).stream()
              .map(
                  model ->
                      DynamicTest.dynamicTest(
                          text(model, "file"), () -> check(MODELS.resolve(name), model))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check(Path models, JsonNode model) throws IOException {
    Path in = models.resolve(text(model, "file"));
    assumeTrue(Files.exists(in), () -> "run tools/models/real_models.sh first: there is no " + in);
    assertEquals(
        text(model, "sha256"),
        sha256(digest -> digest.update(Files.readAllBytes(in))),
        () -> in + " is another version: run tools/models/real_models.sh again");
    Path out = folder.resolve("out.onnx");
    List<String> fixed = fixedFilters(in);
    fixed.forEach(tensor -> assertTrue(TRANSFORMS.matcher(tensor).find(), tensor));

    RewireOptions options =
        RewireOptions.builder()
            .layers(LayerOptions.including(include(fixed)))
            .verification(new VerificationOptions(WeightCheck.FINGERPRINT, true, shapes(model)))
            .build();
    Report report = new Rewirer(options).rewire(in, out);

    // They are trained, or computed, all of them.
    assertTrue(
        report.warnings().stream()
            .map(Warning::kind)
            .anyMatch(Set.of(Warning.Kind.TRAINED, Warning.Kind.FIXED_FILTER)::contains));
    List<JsonNode> layers = list(model.get("layers"));
    assertEquals(
        layers.stream().map(RealModelsTest::describe).toList(),
        report.rewired().stream().map(RealModelsTest::describe).toList());
    assertEquals(expectedLeft(model), left(report));
    assertEquals(hashes(layers, "before"), hashes(layers, in, layer -> false));
    assertEquals(
        hashes(layers, "after"),
        hashes(layers, out, layer -> text(layer, "compare").equals("values")));
    for (Proof proof : report.verification().orElseThrow().proofs()) {
      assertEquals(Proof.Outcome.HOLDS, proof.outcome(), proof::toString);
    }
  }

  /** The layers that a run leaves as fixed filters. */
  private static List<String> fixedFilters(Path in) throws IOException {
    return new Inspector(RewireOptions.builder().build())
        .inspect(in).layers().stream()
            .filter(layer -> layer.likeness().kind() == Likeness.Kind.FIXED_FILTER)
            .map(layer -> layer.layer().tensor())
            .toList();
  }

  /** All, and some by name. */
  private static String[] include(List<String> named) {
    return Stream.concat(Stream.of("*"), named.stream()).toArray(String[]::new);
  }

  private static InputShapes shapes(JsonNode model) {
    return new InputShapes(
        model.get("input_shapes").properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, shape -> longs(shape.getValue()))));
  }

  private static String describe(JsonNode layer) {
    return String.join(
        " ",
        text(layer, "layer"),
        text(layer, "tensor"),
        text(layer, "operator"),
        text(layer, "type"),
        longs(layer.get("dims")).toString(),
        longs(layer.get("matrix")).toString());
  }

  private static String describe(LayerReport report) {
    LayerDescription layer = report.layer();
    return String.join(
        " ",
        String.valueOf(layer.number()),
        layer.tensor(),
        layer.operator(),
        layer.type(),
        layer.dims().toString(),
        List.of(layer.matrix().slices(), layer.matrix().outputs(), layer.matrix().inputs())
            .toString());
  }

  private static Map<String, String> expectedLeft(JsonNode model) {
    Map<String, String> left = new TreeMap<>();
    for (JsonNode tensor : list(model.get("left"))) {
      left.put(text(tensor, "tensor"), longs(tensor.get("dims")) + " " + text(tensor, "reason"));
    }
    return left;
  }

  private static Map<String, String> left(Report report) {
    Map<String, String> left = new TreeMap<>();
    for (LayerReport.Left layer : report.leftLayers()) {
      left.put(
          layer.layer().tensor(), layer.layer().dims() + " shared, " + readers(layer.reason()));
    }
    report.left().forEach(l -> left.put(l.name(), l.dims() + " " + readers(l.reason())));
    return left;
  }

  /** All readers that a reason names, in one form. */
  private static String readers(String reason) {
    return READER
        .matcher(reason)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(" and ", "read by ", ""));
  }

  private static List<String> hashes(List<JsonNode> layers, String when) {
    return layers.stream().map(layer -> text(layer, "tensor") + " " + text(layer, when)).toList();
  }

  private static List<String> hashes(List<JsonNode> layers, Path path, Predicate<JsonNode> byValue)
      throws IOException {
    List<String> hashes = new ArrayList<>();
    try (OnnxFile file = OnnxFile.open(path)) {
      List<Layer> found = LayerFinder.find(file, GroupMode.JOINT).layers();
      for (JsonNode layer : layers) {
        StoredTensor tensor = found.get(layer.get("layer").asInt()).tensor();
        UnaryOperator<ByteBuffer> seen =
            byValue.test(layer) ? RealModelsTest::withoutNegativeZeros : UnaryOperator.identity();
        String hash =
            sha256(digest -> tensor.data().read(bytes -> digest.update(seen.apply(bytes))));
        hashes.add(tensor.name() + " " + hash);
      }
    }
    return hashes;
  }

  /** float32 values, each -0.0 as 0.0: numpy's sort leaves open which comes first. */
  private static ByteBuffer withoutNegativeZeros(ByteBuffer floats) {
    ByteBuffer result = ByteBuffer.allocate(floats.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer source = floats.slice().order(ByteOrder.LITTLE_ENDIAN);
    while (source.hasRemaining()) {
      result.putFloat(source.getFloat() + 0.0f);
    }
    return result.flip();
  }
}
