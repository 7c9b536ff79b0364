package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.UsageException;
import io.github.parewire.model.ElementType;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.LayerOptions;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.options.StreamOptions;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.options.WeightCheck;
import io.github.parewire.result.Report;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each option decides, and what it must not. */
final class OptionEffectsTest {

  private static final int LAYERS = 6;

  @TempDir private Path folder;
  private final List<Weights> weights = new ArrayList<>();
  private Path in;
  private Path out;

  /** Layers in a chain, two of them of one shape. */
  @BeforeEach
  void writeModel() {
    Random random = Seeds.random("options");
    int[] widths = {12, 20, 20, 20, 7, 30, 9};
    Models models = Models.model();
    models.graph().input("h0", DataType.FLOAT);
    for (int i = 0; i < LAYERS; i++) {
      weights.add(Weights.random(ElementType.FLOAT, random, widths[i + 1], widths[i]));
      models
          .graph()
          .weights("block/" + i + "/w", Storage.values()[i], weights.get(i))
          .node(
              "Gemm",
              List.of("h" + i, "block/" + i + "/w"),
              "h" + (i + 1),
              Models.attribute("transB", 1));
    }
    models.graph().output("h" + LAYERS, DataType.FLOAT);
    in = models.write(folder.resolve("in.onnx"));
    out = folder.resolve("out.onnx");
  }

  /** Options that can be changed one by one. */
  private static final class Options {
    private String seed = "42";
    private boolean shared;
    private GroupMode groups = GroupMode.JOINT;
    private Passes passes = Passes.BOTH;
    private Selection selection = RewiringRule.AUTHORS.selection();
    private List<String> include = List.of();
    private List<String> exclude = List.of();
    private int threads = 2;
    private WeightCheck check = WeightCheck.FINGERPRINT;

    Report run(Path from, Path to) throws IOException {
      RewireOptions options =
          RewireOptions.builder()
              .rule(new RewiringRule(passes, selection))
              .streams(new StreamOptions(new BigInteger(seed), shared))
              .layers(new LayerOptions(groups, include, exclude))
              .execution(ExecutionOptions.threads(threads))
              .verification(new VerificationOptions(check, true, InputShapes.none()))
              .build();
      return new Rewirer(options).rewire(from, to);
    }
  }

  private byte[] bytes(Options options) throws IOException {
    options.run(in, out);
    return Files.readAllBytes(out);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16})
  void threadsDoNotMatter(int threads) throws IOException {
    byte[] expected = bytes(new Options());
    for (int repetition = 0; repetition < 2; repetition++) {
      Options options = new Options();
      options.threads = threads;
      assertArrayEquals(expected, bytes(options));
    }
  }

  @Test
  void checksDoNotMatter() throws IOException {
    byte[] expected = bytes(new Options());
    for (WeightCheck check : WeightCheck.values()) {
      Options options = new Options();
      options.check = check;
      assertArrayEquals(expected, bytes(options));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "1", "42", "4294967296", "123456789012345678901234567890123456789012"})
  void seedDecides(String seed) throws IOException {
    Options options = new Options();
    options.seed = seed;
    options.run(in, out);
    SeedSequence root = SeedSequence.of(new BigInteger(seed));
    for (int i = 0; i < LAYERS; i++) {
      assertLayer(i, root.child(i));
    }
  }

  @Test
  void sharedStreamIsTheSeedsOwn() throws IOException {
    Options options = new Options();
    options.shared = true;
    options.run(in, out);
    for (int i = 0; i < LAYERS; i++) {
      assertLayer(i, Oracle.SEED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void passesSelectionAndOffset(Passes passes) throws IOException {
    for (double offset : new double[] {0.01, 1, 20}) {
      assertRule(passes, new Selection.Draw(SamplerKind.REFERENCE, offset));
    }
    assertRule(passes, new Selection.Greedy());
  }

  private void assertRule(Passes passes, Selection selection) throws IOException {
    Options options = new Options();
    options.passes = passes;
    options.selection = selection;
    Report report = options.run(in, out);
    RewiringRule rule = new RewiringRule(passes, selection);
    assertEquals(rule, report.options().rule());
    for (int i = 0; i < LAYERS; i++) {
      Weights expected = Oracle.rewired(weights.get(i), Oracle.SEED.child(i), rule);
      assertArrayEquals(expected.bits(), found(i).bits(), () -> rule.toString());
    }
  }

  @Test
  void greedySelectionNeedsNoSeed() throws IOException {
    Options options = new Options();
    options.selection = new Selection.Greedy();
    byte[] expected = bytes(options);
    options.seed = "7";
    assertArrayEquals(expected, bytes(options));
  }

  @Test
  void excludedLayersKeepTheirWeightsAndChangeNoOther() throws IOException {
    Options options = new Options();
    options.exclude = List.of("block/0/*", "*/3/?");
    Report report = options.run(in, out);
    assertEquals(List.of(1, 2, 4, 5), numbers(report));
    for (int i = 0; i < LAYERS; i++) {
      if (i == 0 || i == 3) {
        assertArrayEquals(weights.get(i).bits(), found(i).bits());
      } else {
        assertLayer(i, Oracle.SEED.child(i));
      }
    }
  }

  @Test
  void includedLayersAreAsWithoutTheOption() throws IOException {
    Options options = new Options();
    options.include = List.of("block/2/w", "*4*");
    options.exclude = List.of("block/4/w");
    Report report = options.run(in, out);
    assertEquals(List.of(2), numbers(report));
    assertLayer(2, Oracle.SEED.child(2));
    for (int i : new int[] {0, 1, 3, 4, 5}) {
      assertArrayEquals(weights.get(i).bits(), found(i).bits());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"BLOCK/2/w", "block/2", "lock/2/w", "block.2.w", "block/[2]/w", "block/2/w?", ""})
  void globsMatchWholeNamesLiterally(String glob) {
    Options options = new Options();
    options.include = List.of(glob);
    assertThrows(UsageException.class, () -> options.run(in, out));
    assertFalse(Files.exists(out));
  }

  @Test
  void groupsSeparate() throws IOException {
    Weights grouped = Weights.random(ElementType.FLOAT, Seeds.random("groups"), 6, 4, 3);
    Weights up = Weights.random(ElementType.FLOAT, Seeds.random("groups up"), 6, 2, 5);
    Weights plain = Weights.random(ElementType.FLOAT, Seeds.random("group"), 5, 4, 3);
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT)
        .weights("plain", Storage.RAW, plain)
        .weights("grouped", Storage.RAW, grouped)
        .weights("up", Storage.RAW, up)
        .node("Conv", List.of("x", "plain"), "a")
        .node("Conv", List.of("x", "grouped"), "b", Models.attribute("group", 3))
        .node("ConvTranspose", List.of("x", "up"), "c", Models.attribute("group", 2))
        .output("c", DataType.FLOAT);
    models.write(in);
    Options options = new Options();
    options.groups = GroupMode.SEPARATE;
    options.run(in, out);

    assertBits(Oracle.rewired(plain, rows(0, 5, 12), Oracle.SEED.child(0)), "plain");
    int[][][] groups = {rows(0, 2, 12)[0], rows(24, 2, 12)[0], rows(48, 2, 12)[0]};
    assertBits(Oracle.rewired(grouped, groups, Oracle.SEED.child(1)), "grouped");
    int[][][] ups = {upGroup(0), upGroup(1)};
    assertBits(Oracle.rewired(up, ups, Oracle.SEED.child(2)), "up");
  }

  /** Consecutive rows. */
  private static int[][][] rows(int from, int rows, int columns) {
    int[][] matrix =
        IntStream.range(0, rows)
            .mapToObj(r -> IntStream.range(0, columns).map(c -> from + r * columns + c).toArray())
            .toArray(int[][]::new);
    return new int[][][] {matrix};
  }

  /** Group g of W [6, 2, 5] with 2 groups: output j has W[3 g + c, j, k]. */
  private static int[][] upGroup(int g) {
    int[][] matrix = new int[2][15];
    for (int j = 0; j < 2; j++) {
      for (int i = 0; i < 15; i++) {
        matrix[j][i] = ((3 * g + i / 5) * 2 + j) * 5 + i % 5;
      }
    }
    return matrix;
  }

  private void assertBits(Weights expected, String name) {
    assertArrayEquals(expected.bits(), Tensors.weights(out, name).bits(), name);
  }

  @Test
  void optionsAreChecked() {
    Options options = new Options();
    options.seed = "-1";
    assertThrows(UsageException.class, () -> options.run(in, out));
    options.seed = "0";
    options.threads = 0;
    assertThrows(UsageException.class, () -> options.run(in, out));
    for (double offset :
        new double[] {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, -Double.MIN_VALUE}) {
      assertThrows(
          UsageException.class,
          () -> new Selection.Draw(SamplerKind.REFERENCE, offset),
          () -> "offset " + offset);
    }
  }

  @Test
  void aRewirerRunsAgain() throws IOException {
    Rewirer rewirer = new Rewirer(RewireOptions.defaults());
    rewirer.rewire(in, out);
    Path again = folder.resolve("again.onnx");
    rewirer.rewire(in, again);
    assertEquals(-1, Files.mismatch(out, again));
    rewirer.rewire(out, again);
    assertTrue(Files.mismatch(out, again) >= 0);
  }

  private static List<Integer> numbers(Report report) {
    return report.rewired().stream().map(layer -> layer.layer().number()).toList();
  }

  private void assertLayer(int layer, SeedSequence stream) {
    Weights expected = Oracle.rewired(weights.get(layer), stream);
    assertFalse(Arrays.equals(weights.get(layer).bits(), expected.bits()));
    assertArrayEquals(expected.bits(), found(layer).bits(), "layer " + layer);
  }

  private Weights found(int layer) {
    return Tensors.weights(out, "block/" + layer + "/w");
  }
}
