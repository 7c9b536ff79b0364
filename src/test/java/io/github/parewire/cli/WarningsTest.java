package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user is warned of: one line of each kind, on standard error, and in the report. */
final class WarningsTest {

  private static final int SIZE = 64;

  @TempDir private Path folder;

  private final Random random = Seeds.random("warnings");

  @Test
  void freshWeightsGiveNone() throws IOException {
    Cli run = run(model(fresh(1), fresh(1)));
    assertEquals("", run.err());
    assertEquals(0, report(model(fresh(1))).get("warnings").size());
  }

  @Test
  void trainedWeightsGiveOneLineThatNamesTheFirstLayers() throws IOException {
    Path in = model(trained(), trained(), fresh(1), trained(), trained());
    Cli run = run(in);
    assertEquals(0, run.status());
    assertEquals(
        List.of(
            "warning: the weights of 4 of 5 layers ('w0', 'w1', 'w3', ...) do not look freshly"
                + " initialized, and rewiring destroys what training has learned;"
                + " 'onnx-parewire inspect' shows the evidence"),
        run.errLines());
    JsonNode warning = report(in).get("warnings").get(0);
    assertEquals("trained", warning.get("kind").asText());
    assertEquals("[0,1,3,4]", warning.get("layers").toString());
    String page = Cli.run(in, "--dry-run", "--html", "-").out();
    assertTrue(page.contains("do not look freshly"), "in the page, too");
    assertEquals("trained", report(in).at("/layers/0/looksLike/kind").asText());
  }

  @Test
  void aWeightFarOutIsCalledThat() throws IOException {
    float[] values = new float[SIZE * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[77] = 100;
    Path in = model(Weights.floats(new int[] {SIZE, SIZE}, values), fresh(1));
    Cli run = run(in);
    assertEquals(0, run.status());
    assertEquals(
        List.of(
            "warning: the weights of 1 of 2 layers ('w0') look freshly initialized but for a weight"
                + " that is far out, beside which the others hardly count; 'onnx-parewire inspect'"
                + " shows it"),
        run.errLines());
    assertEquals("outlier", report(in).at("/warnings/0/kind").asText());
    assertEquals("outlier", report(in).at("/layers/0/looksLike/kind").asText());
  }

  @Test
  void layersThatAreLeftGiveNone() throws IOException {
    assertEquals("left 'w0': excluded\n", run(model(trained(), fresh(1)), "--exclude", "w0").err());
  }

  @Test
  void smallWeightsGiveOneLineWithTheEffect() throws IOException {
    Path in = model(fresh(0.01f), fresh(1));
    Cli run = run(in);
    assertEquals(1, run.errLines().size(), run::err);
    assertEquals(
        "warning: the weights of 1 of 2 layers ('w0') are so small (standard deviation 0.0018 or"
            + " less) that rewiring hardly acts: about 91% of the inputs' strength variance and 91%"
            + " of the outputs' are expected to stay; initialize on a larger scale, or give a"
            + " smaller --offset",
        run.errLines().get(0));
    assertEquals("small", report(in).at("/warnings/0/kind").asText());
  }

  /** Small against the offset, that is, and where a side is rewired at all. */
  @Test
  void smallWeightsByOtherRules() throws IOException {
    Path in = model(fresh(0.01f));
    assertEquals("", run(in, "--offset", "0.01").err());
    assertEquals("", run(in, "--selection", "greedy").err());
    String inputs = run(in, "--passes", "input").err();
    assertTrue(inputs.contains("91% of the inputs' strength variance and 100% of"), inputs);
    String large = run(model(fresh(1)), "--offset", "100").err();
    assertTrue(large.contains("91% of the inputs' strength variance and 91% of"), large);
  }

  /** The measured cases of a 256 x 256 layer: a tenth still has an effect, a hundredth has none. */
  @Test
  void whereTheScaleBeginsToMatter() throws IOException {
    for (float scale : new float[] {10, 1, 0.1f}) {
      assertEquals("", run(model(Weights.kaiming(random, 256, 256).scaled(scale))).err());
    }
    String err = run(model(Weights.kaiming(random, 256, 256).scaled(0.01f))).err();
    assertTrue(err.matches("warning: .* about 8\\d% .* and 8\\d% of .*\\s"), err);
  }

  @Test
  void quietPrintsNoWarningButReportsIt() throws IOException {
    Path in = model(trained(), fresh(0.01f));
    assertEquals(2, run(in).errLines().size());
    Cli quiet = Cli.run(in, folder.resolve("out.onnx"), "-q", "--json", "-");
    assertEquals("", quiet.err());
    assertEquals(2, new ObjectMapper().readTree(quiet.out()).get("warnings").size());
  }

  /** A fixed filter is left as an excluded layer is: the others keep their numbers and streams. */
  @Test
  void fixedFiltersAreLeftUnlessNamed() throws IOException {
    Path in = model(identity(), fresh(1), negatedHalves(), fresh(1));
    Path left = folder.resolve("left.onnx");
    Cli run = Cli.run(in, left);
    assertEquals(0, run.status());
    assertEquals(
        List.of(
            "left 'w0': fixed filter: in each line one weight is not 0",
            "left 'w2': fixed filter: 48 of 48 lines are others' copies or negatives"),
        run.errLines());
    Path excluded = folder.resolve("excluded.onnx");
    assertEquals(0, Cli.run(in, excluded, "--exclude", "w0", "--exclude", "w2").status());
    assertEquals(-1, Files.mismatch(left, excluded));

    Path named = folder.resolve("named.onnx");
    run = Cli.run(in, named, "--include", "w*", "--include", "w0");
    assertEquals(2, run.errLines().size(), run::err);
    assertTrue(
        run.errLines()
            .contains(
                "warning: the weights of 1 of 3 layers ('w0') look like a fixed filter, a constant"
                    + " of the network's design, and rewiring destroys it; 'onnx-parewire inspect'"
                    + " shows the evidence, and --exclude leaves them"),
        run::err);
    assertTrue(Files.mismatch(left, named) >= 0);

    JsonNode report = report(in);
    assertEquals(
        "fixed_filter",
        report(model(identity(), fresh(1)), "--include", "w0")
            .at("/layers/0/looksLike/kind")
            .asText());
    assertTrue(report.at("/layers/0/left").asText().startsWith("fixed filter: "), report::toString);
  }

  @Test
  void aModelOfFixedFiltersHasNothingToRewire() {
    Cli run = run(model(identity()));
    assertEquals(4, run.status());
    assertTrue(run.err().contains("found 1 layer and 0 other tensors, all of them left"), run::err);
  }

  @Test
  void whatMayBeAFixedFilterIsRewiredWithAWarning() throws IOException {
    Weights yuv =
        Weights.floats(
            new int[] {3, 3},
            .299f,
            .587f,
            .114f,
            -.14713f,
            -.28886f,
            .436f,
            .615f,
            -.51499f,
            -.10001f);
    Path in = model(yuv, fresh(1));
    Cli run = run(in);
    assertEquals(0, run.status());
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().contains("1 of 2 layers ('w0') look like a fixed filter"), run::err);
    JsonNode report = report(in);
    assertEquals("fixed_filter", report.at("/warnings/0/kind").asText());
    assertEquals("perhaps_fixed_filter", report.at("/layers/0/looksLike/kind").asText());
  }

  private static Weights identity() {
    float[] values = new float[SIZE * SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i * SIZE + i] = 1;
    }
    return Weights.floats(new int[] {SIZE, SIZE}, values);
  }

  /** So large that copies lie far apart in the file. */
  private Weights negatedHalves() {
    int half = 600 * 256;
    float[] values = new float[2 * half];
    for (int i = 0; i < half; i++) {
      values[i] = (float) random.nextGaussian();
      values[half + i] = -values[i];
    }
    return Weights.floats(new int[] {1200, 256}, values);
  }

  private Cli run(Path in, Object... options) {
    Object[] arguments = new Object[options.length + 2];
    arguments[0] = in;
    arguments[1] = folder.resolve("out.onnx");
    System.arraycopy(options, 0, arguments, 2, options.length);
    return Cli.run(arguments);
  }

  private JsonNode report(Path in, Object... options) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(in, "--dry-run", "-q", "--json", "-"));
    arguments.addAll(List.of(options));
    return new ObjectMapper().readTree(Cli.run(arguments.toArray()).out());
  }

  private Weights fresh(float scale) {
    return Weights.kaiming(random, SIZE, SIZE).scaled(scale);
  }

  /** Neurons that have learned more than others have larger weights. */
  private Weights trained() {
    float[] values = new float[SIZE * SIZE];
    for (int row = 0; row < SIZE; row++) {
      double factor = Math.exp(0.5 * random.nextGaussian()) / Math.sqrt(SIZE);
      for (int column = 0; column < SIZE; column++) {
        values[row * SIZE + column] = (float) (factor * random.nextGaussian());
      }
    }
    return Weights.floats(new int[] {SIZE, SIZE}, values);
  }

  private Path model(Weights... layers) {
    Models models = Models.model();
    for (int i = 0; i < layers.length; i++) {
      models
          .graph()
          .input("x" + i, DataType.FLOAT, 1, layers[i].dims()[1])
          .weights("w" + i, Storage.RAW, layers[i])
          .node("Gemm", List.of("x" + i, "w" + i), "y" + i, Models.attribute("transB", 1))
          .output("y" + i, DataType.FLOAT);
    }
    return models.write(folder.resolve("in.onnx"));
  }
}
