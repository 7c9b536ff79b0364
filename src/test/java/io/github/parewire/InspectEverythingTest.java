package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.ElementType;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.Spread;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The statistics of every operator behind every layout in every element type and storage form: as a
 * plain computation over the matrix says.
 */
final class InspectEverythingTest {

  /** Relative; sums of a few thousand float64 numbers in another order. */
  private static final double ERROR = 1e-9;

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> equalsAPlainComputation() {
    return LayerCase.tests(this::check);
  }

  private void check(LayerCase tested) throws IOException {
    Path in = folder.resolve("in.onnx");
    List<Weights> weights = tested.write(in, Seeds.random("inspect " + tested));
    Inspection inspection = inspector(2).inspect(in);
    assertEquals(weights.size(), inspection.layers().size());
    for (LayerInspection layer : inspection.layers()) {
      Weights stored = weights.get(layer.layer().number());
      double[] values = stored.values();
      double[][][] matrices =
          Arrays.stream(tested.matrices(stored))
              .map(
                  slice ->
                      Arrays.stream(slice)
                          .map(row -> Arrays.stream(row).mapToDouble(at -> values[at]).toArray())
                          .toArray(double[][]::new))
              .toArray(double[][][]::new);
      assertStatistics(matrices, layer.statistics());
    }
  }

  /** Large enough for parts of its own; the result is the same bits at any number of threads. */
  @Test
  void aLargeTransposedLayer() throws IOException {
    int inputs = 1700;
    int outputs = 1500;
    Random random = Seeds.random("large");
    float[] stored = new float[inputs * outputs];
    double[][][] matrices = new double[1][outputs][inputs];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = random.nextFloat() - 0.5f;
      matrices[0][i % outputs][i / outputs] = stored[i];
    }
    Models models = Models.model();
    models
        .graph()
        .input("x", ElementType.FLOAT.dataType(), 1, inputs)
        .weights("w", Storage.RAW, Weights.floats(new int[] {inputs, outputs}, stored))
        .node("MatMul", List.of("x", "w"), "y")
        .output("y", ElementType.FLOAT.dataType());
    Path in = models.write(folder.resolve("in.onnx"));
    LayerStatistics alone = inspector(1).inspect(in).layers().get(0).statistics();
    LayerStatistics beside = inspector(3).inspect(in).layers().get(0).statistics();
    assertEquals(alone, beside);
    assertStatistics(matrices, alone);
  }

  private static Inspector inspector(int threads) {
    return new Inspector(
        RewireOptions.builder().execution(ExecutionOptions.threads(threads)).build());
  }

  private static void assertStatistics(double[][][] matrices, LayerStatistics found) {
    double[] all =
        Arrays.stream(matrices).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
    double mean = Arrays.stream(all).average().orElseThrow();
    double squares = Arrays.stream(all).map(w -> w * w).average().orElseThrow();
    double fourth = Arrays.stream(all).map(w -> w * w * w * w).average().orElseThrow();
    assertEquals(all.length, found.weights());
    assertEquals(Arrays.stream(all).filter(w -> w == 0).count(), found.zeros());
    assertEquals(Arrays.stream(all).min().orElseThrow(), found.min());
    assertEquals(Arrays.stream(all).max().orElseThrow(), found.max());
    assertNear(mean, found.mean());
    assertNear(Math.sqrt(squares - mean * mean), found.standardDeviation());
    assertNear(fourth / squares / squares, found.kurtosis());
    int slices = matrices.length;
    int outputs = matrices[0].length;
    int inputs = matrices[0][0].length;
    IntFunction<double[]> row = i -> matrices[i / outputs][i % outputs];
    IntFunction<double[]> column =
        i -> Arrays.stream(matrices[i / inputs]).mapToDouble(line -> line[i % inputs]).toArray();
    assertLines(
        slices, slices * outputs, row, all, found.strengthVariance().output(), found.outputs());
    assertLines(
        slices, slices * inputs, column, all, found.strengthVariance().input(), found.inputs());
  }

  private static void assertLines(
      int slices,
      int count,
      IntFunction<double[]> line,
      double[] all,
      OptionalDouble variance,
      Spread spread) {
    double[] sums = lines(count, line).mapToDouble(w -> Arrays.stream(w).sum()).toArray();
    int lines = count / slices;
    assertEquals(lines > 1, variance.isPresent());
    if (lines > 1) {
      double expected =
          IntStream.range(0, slices)
              .mapToDouble(
                  slice -> variance(Arrays.copyOfRange(sums, slice * lines, (slice + 1) * lines)))
              .average()
              .orElseThrow();
      assertNear(expected, variance.getAsDouble());
    }
    assertEquals(count, spread.lines());
    if (count > 1) {
      int length = all.length / count;
      double[] norms =
          lines(count, line).mapToDouble(w -> Arrays.stream(w).map(x -> x * x).sum()).toArray();
      double[] squares = Arrays.stream(all).map(w -> w * w).toArray();
      double population = (all.length - 1.0) / all.length;
      assertNear(variance(sums) / (length * variance(all) * population), spread.strengths());
      assertNear(variance(norms) / (length * variance(squares) * population), spread.norms());
    }
  }

  private static Stream<double[]> lines(int count, IntFunction<double[]> line) {
    return IntStream.range(0, count).mapToObj(line);
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
  }

  private static void assertNear(double expected, double found) {
    double error = ERROR * Math.max(Math.abs(expected), 1e-3);
    assertTrue(Math.abs(expected - found) <= error, () -> expected + " is not " + found);
  }
}
