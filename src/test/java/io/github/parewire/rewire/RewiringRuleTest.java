package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds of a rule whatever the kernel and the sampler. */
final class RewiringRuleTest {

  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.valueOf(5)).child(2);
  private static final int ROWS = 30;
  private static final int COLUMNS = 45;

  /** A kernel, and what draws in it. */
  private record Way(KernelKind kernel, SelectionKind selection, SamplerKind sampler) {

    double[][] rewired(double[][] weights, Passes passes, double offset) {
      INDArray matrix = Nd4j.createFromArray(weights);
      kernel
          .create(new RewiringRule(passes, selection, sampler, offset), passed -> {})
          .rewire(matrix, STREAM);
      return matrix.toDoubleMatrix();
    }
  }

  static List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (SamplerKind sampler : SamplerKind.values()) {
      ways.add(new Way(KernelKind.JAVA, SelectionKind.DRAW, sampler));
    }
    ways.add(new Way(KernelKind.JAVA, SelectionKind.GREEDY, SamplerKind.REFERENCE));
    ways.add(new Way(KernelKind.ND4J, SelectionKind.DRAW, SamplerKind.EXPONENTIAL));
    return ways;
  }

  static List<Way> drawingWays() {
    return ways().stream().filter(way -> way.selection() == SelectionKind.DRAW).toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void inputPassReordersEachRow(Way way) {
    double[][] weights = weights(ROWS, COLUMNS);
    double[][] rewired = way.rewired(weights, Passes.INPUT, 0.5);
    assertSameLines(weights, rewired);
    assertArrayEquals(weights[0], rewired[0], "the first row stays");
    assertLessVariance(transposed(weights), transposed(rewired));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void outputPassReordersEachColumn(Way way) {
    double[][] weights = weights(ROWS, COLUMNS);
    double[][] rewired = way.rewired(weights, Passes.OUTPUT, 0.5);
    assertSameLines(transposed(weights), transposed(rewired));
    assertArrayEquals(transposed(weights)[0], transposed(rewired)[0], "the first column stays");
    assertLessVariance(weights, rewired);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void bothAreTheInputPassThenTheOutputPass(Way way) {
    double[][] weights = weights(ROWS, COLUMNS);
    double[][] inputs = way.rewired(weights, Passes.INPUT, 0.5);
    assertArrayEquals(
        way.rewired(inputs, Passes.OUTPUT, 0.5), way.rewired(weights, Passes.BOTH, 0.5));
  }

  /** By a power of two, which rounds nothing. */
  @ParameterizedTest
  @MethodSource("ways")
  void offsetActsAsIfWeightsWereDividedByIt(Way way) {
    double[][] weights = weights(ROWS, COLUMNS);
    for (double offset : new double[] {0x1.0p-9, 0.25, 8}) {
      double[][] scaled = way.rewired(scaled(weights, 1 / offset), Passes.BOTH, 1);
      assertArrayEquals(scaled(scaled, offset), way.rewired(weights, Passes.BOTH, offset));
    }
  }

  @ParameterizedTest
  @MethodSource("drawingWays")
  void smallerOffsetLetsStrengthDecideMore(Way way) {
    double[][] weights = weights(ROWS, COLUMNS);
    double small = variance(way.rewired(weights, Passes.BOTH, 0.01));
    double large = variance(way.rewired(weights, Passes.BOTH, 100));
    assertTrue(small < large / 2, small + ", then " + large);
  }

  @ParameterizedTest
  @EnumSource
  void passesAreCounted(Passes passes) {
    for (Way way : ways()) {
      AtomicLong passed = new AtomicLong();
      way.kernel()
          .create(new RewiringRule(passes, way.selection(), way.sampler(), 1), passed::addAndGet)
          .rewire(Nd4j.createFromArray(weights(ROWS, COLUMNS)), STREAM);
      assertEquals((long) passes.count() * ROWS * COLUMNS, passed.get(), way::toString);
    }
  }

  @Test
  void greedySelectionOfLongLinesWithTies() {
    RewiringRule rule =
        new RewiringRule(Passes.BOTH, SelectionKind.GREEDY, SamplerKind.REFERENCE, 1);
    for (int[] shape : new int[][] {{1, 1}, {2, 1}, {2, 2}, {3, 7}, {5, 1025}, {60, 64}}) {
      double[][] weights = weights(shape[0], shape[1]);
      double[][] coarse = weights(shape[0], shape[1]);
      for (double[] row : coarse) {
        Arrays.setAll(row, c -> Math.rint(row[c]));
      }
      for (double[][] matrix : List.of(weights, coarse)) {
        INDArray found = Nd4j.createFromArray(matrix);
        new JavaKernel(rule).rewire(found, STREAM);
        assertArrayEquals(
            NaiveRewiring.rewire(matrix, STREAM, rule),
            found.toDoubleMatrix(),
            () -> Arrays.toString(shape));
      }
    }
  }

  @Test
  void greedySelectionRefusesStrengthsThatOverflow() {
    for (double strength :
        new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN}) {
      Sampler greedy = new GreedySelection(2);
      double[] strengths = {0, strength};
      assertThrows(
          ArithmeticException.class, () -> greedy.draw(strengths, STREAM.generator(), new int[2]));
    }
  }

  @Test
  void offsetsThatAreNone() {
    for (double offset : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertFalse(RewiringRule.isOffset(offset));
      assertThrows(
          IllegalArgumentException.class,
          () -> new RewiringRule(Passes.BOTH, SelectionKind.DRAW, SamplerKind.REFERENCE, offset));
    }
  }

  /** p would overflow, or the weakest neuron's share vanish. */
  @Test
  void offsetsThatMakeNoProbabilities() {
    double[][] weights = weights(ROWS, COLUMNS);
    for (double offset : new double[] {Double.MAX_VALUE, Double.MIN_VALUE}) {
      Way way = new Way(KernelKind.JAVA, SelectionKind.DRAW, SamplerKind.REFERENCE);
      ArithmeticException e =
          assertThrows(ArithmeticException.class, () -> way.rewired(weights, Passes.BOTH, offset));
      assertTrue(e.getMessage().contains("offset " + offset), e::getMessage);
    }
  }

  private static double[][] weights(int rows, int columns) {
    Random random = Seeds.random("rule " + rows + " " + columns);
    double[][] weights = new double[rows][columns];
    for (double[] row : weights) {
      Arrays.setAll(row, c -> random.nextGaussian());
    }
    return weights;
  }

  private static void assertSameLines(double[][] expected, double[][] found) {
    for (int line = 0; line < expected.length; line++) {
      assertArrayEquals(sorted(expected[line]), sorted(found[line]), "line " + line);
    }
    assertFalse(Arrays.deepEquals(expected, found));
  }

  private static void assertLessVariance(double[][] before, double[][] after) {
    assertTrue(variance(after) < variance(before));
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** Of the strengths of the rows. */
  private static double variance(double[][] rows) {
    return StrengthVariance.of(Nd4j.createFromArray(rows)).output().orElseThrow();
  }

  private static double[][] scaled(double[][] rows, double factor) {
    return Arrays.stream(rows)
        .map(row -> Arrays.stream(row).map(weight -> weight * factor).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int r = 0; r < matrix.length; r++) {
      for (int c = 0; c < matrix[r].length; c++) {
        result[c][r] = matrix[r][c];
      }
    }
    return result;
  }
}
