package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.ElementType;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Report;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds of any layer. */
final class RewirePropertiesTest {

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> weightsAreTheSameInAnotherOrder() {
    Random random = Seeds.random("shapes");
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ElementType type = Weights.TYPES.get(i % Weights.TYPES.size());
      Storage storage = Storage.values()[random.nextInt(Storage.values().length)];
      Weights weights =
          Weights.random(type, random, 1 + random.nextInt(40), 1 + random.nextInt(200));
      String name = type + ", " + storage + ", " + Arrays.toString(weights.dims());
      tests.add(DynamicTest.dynamicTest(name, () -> check(storage, weights)));
    }
    return tests.stream();
  }

  private void check(Storage storage, Weights weights) throws IOException {
    Path out = folder.resolve("out.onnx");
    LayerReport.Rewired report = run(storage, weights, out);
    Weights found = Tensors.weights(out, "w");
    assertArrayEquals(weights.sortedBits(), found.sortedBits(), "the multiset");
    assertArrayEquals(Oracle.rewired(weights, Oracle.SEED.child(0)).bits(), found.bits());
    assertVariance(weights, report.before());
    assertVariance(found, report.after());
  }

  /** Row 0 has nothing to be attached to in the first pass, column 0 in the second. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 9", "9, 1", "2, 2", "1, 2", "2, 1"})
  void degenerateShapes(int outputs, int inputs) throws IOException {
    for (ElementType type : Weights.TYPES) {
      check(Storage.RAW, Weights.random(type, Seeds.random("degenerate"), outputs, inputs));
    }
  }

  @Test
  void equalWeightsStayEqual() throws IOException {
    float[] values = new float[48];
    Arrays.fill(values, 0.25f);
    check(Storage.RAW, Weights.floats(new int[] {6, 8}, values));
    Arrays.fill(values, -0f);
    check(Storage.PACKED, Weights.floats(new int[] {6, 8}, values));
  }

  @Test
  void strengthVarianceOfKaimingLayersDecreases() throws IOException {
    Random random = Seeds.random("kaiming");
    int layers = 30;
    int decreased = 0;
    for (int i = 0; i < layers; i++) {
      Weights weights = Weights.kaiming(random, 32 + random.nextInt(64), 32 + random.nextInt(64));
      LayerReport.Rewired report = run(Storage.RAW, weights, folder.resolve("out.onnx"));
      StrengthVariance before = report.before();
      StrengthVariance after = report.after();
      boolean isLess =
          after.input().orElseThrow() < before.input().orElseThrow()
              && after.output().orElseThrow() < before.output().orElseThrow();
      decreased += isLess ? 1 : 0;
    }
    assertTrue(decreased >= layers - 2, decreased + " of " + layers);
  }

  private LayerReport.Rewired run(Storage storage, Weights weights, Path out) throws IOException {
    Path in = Models.dense("w", storage, weights).write(folder.resolve("in.onnx"));
    Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);
    assertEquals(1, report.rewired().size());
    assertEquals(weights.bits().length, report.weights());
    return report.rewired().get(0);
  }

  private static void assertVariance(Weights weights, StrengthVariance found) {
    int rows = weights.dims()[0];
    int columns = weights.dims()[1];
    double[] values = weights.values();
    double[] inputs = new double[columns];
    double[] outputs = new double[rows];
    for (int i = 0; i < values.length; i++) {
      inputs[i % columns] += values[i];
      outputs[i / columns] += values[i];
    }
    assertClose(variance(inputs), found.input());
    assertClose(variance(outputs), found.output());
  }

  private static void assertClose(OptionalDouble expected, OptionalDouble found) {
    assertEquals(expected.isPresent(), found.isPresent());
    if (expected.isPresent()) {
      double value = expected.getAsDouble();
      assertEquals(value, found.getAsDouble(), 1e-9 * value + 1e-30);
    }
  }

  private static OptionalDouble variance(double[] values) {
    if (values.length < 2) {
      return OptionalDouble.empty();
    }
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return OptionalDouble.of(squares / (values.length - 1));
  }
}
