package io.github.parewire.rewire;

import static io.github.parewire.testing.Matrices.array;
import static io.github.parewire.testing.Matrices.numbers;
import static io.github.parewire.testing.Matrices.scaled;
import static io.github.parewire.testing.Matrices.transposed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.Selection;
import io.github.parewire.testing.Matrices;
import io.github.parewire.testing.TestDevice;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What holds of every kernel, by every selection that it has: a subclass a kernel. */
public abstract class RewireKernelContract {

  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.valueOf(5)).child(2);
  private static final int ROWS = 30;
  private static final int COLUMNS = 45;

  @BeforeAll
  static void startDevice() {
    TestDevice.start();
  }

  /** Makes the kernel. */
  protected abstract RewireKernel kernel(RewiringRule rule, LongConsumer passed);

  /** The selections that it has; those that draw, with the authors' offset. */
  protected abstract List<Selection.ByStrength> selections();

  private Stream<DynamicTest> each(Consumer<Selection.ByStrength> test) {
    return selections().stream()
        .map(
            selection ->
                DynamicTest.dynamicTest(selection.toString(), () -> test.accept(selection)));
  }

  private Stream<DynamicTest> eachDraw(Consumer<Selection.Draw> test) {
    return each(
        selection -> {
          if (selection instanceof Selection.Draw draw) {
            test.accept(draw);
          }
        });
  }

  private double[][] rewired(double[][] weights, Passes passes, Selection selection) {
    INDArray array = array(DataType.DOUBLE, weights);
    kernel(new RewiringRule(passes, selection), passed -> {}).rewire(Matrix.of(array), STREAM);
    return numbers(array);
  }

  private static Selection withOffset(Selection selection, double offset) {
    return selection instanceof Selection.Draw draw
        ? new Selection.Draw(draw.sampler(), offset)
        : selection;
  }

  private static double[][] weights() {
    return Matrices.normal(DataType.DOUBLE, ROWS, COLUMNS, 1, "contract");
  }

  @TestFactory
  Stream<DynamicTest> inputPassReordersEachRow() {
    return each(
        selection -> {
          double[][] weights = weights();
          double[][] rewired = rewired(weights, Passes.INPUT, withOffset(selection, 0.5));
          assertSameLines(weights, rewired);
          assertArrayEquals(weights[0], rewired[0], "the first row stays");
          assertTrue(variance(transposed(rewired)) < variance(transposed(weights)));
        });
  }

  @TestFactory
  Stream<DynamicTest> outputPassReordersEachColumn() {
    return each(
        selection -> {
          double[][] weights = weights();
          double[][] rewired = rewired(weights, Passes.OUTPUT, withOffset(selection, 0.5));
          assertSameLines(transposed(weights), transposed(rewired));
          assertArrayEquals(transposed(weights)[0], transposed(rewired)[0], "the first one stays");
          assertTrue(variance(rewired) < variance(weights));
        });
  }

  @TestFactory
  Stream<DynamicTest> bothAreTheInputPassThenTheOutputPass() {
    return each(
        selection -> {
          double[][] inputs = rewired(weights(), Passes.INPUT, selection);
          assertArrayEquals(
              rewired(inputs, Passes.OUTPUT, selection),
              rewired(weights(), Passes.BOTH, selection));
        });
  }

  /** By a power of two, which rounds nothing. */
  @TestFactory
  Stream<DynamicTest> offsetActsAsIfWeightsWereDividedByIt() {
    return eachDraw(
        draw -> {
          for (double offset : new double[] {0x1.0p-9, 0.25, 8}) {
            double[][] scaled = rewired(scaled(weights(), 1 / offset), Passes.BOTH, draw);
            assertArrayEquals(
                scaled(scaled, offset), rewired(weights(), Passes.BOTH, withOffset(draw, offset)));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> smallerOffsetLetsStrengthDecideMore() {
    return eachDraw(
        draw -> {
          double small = variance(rewired(weights(), Passes.BOTH, withOffset(draw, 0.01)));
          double large = variance(rewired(weights(), Passes.BOTH, withOffset(draw, 100)));
          assertTrue(small < large / 2, small + ", then " + large);
        });
  }

  @TestFactory
  Stream<DynamicTest> passesAreCounted() {
    return each(
        selection -> {
          for (Passes passes : Passes.values()) {
            AtomicLong passed = new AtomicLong();
            kernel(new RewiringRule(passes, selection), passed::addAndGet)
                .rewire(Matrices.matrix(DataType.FLOAT, weights()), STREAM);
            assertEquals((long) passes.count() * ROWS * COLUMNS, passed.get(), passes::toString);
          }
        });
  }

  /** A MatMul's weights lie so, which nothing moves for their own sake. */
  @TestFactory
  Stream<DynamicTest> matricesThatLieTurnedAreRewiredAsOthersAre() {
    return each(
        selection -> {
          for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            double[][] weights = Matrices.normal(type, 37, 90, 0.1, "turned");
            RewireKernel kernel = kernel(new RewiringRule(Passes.BOTH, selection), passed -> {});
            INDArray expected = array(type, weights);
            kernel.rewire(Matrix.of(expected), STREAM);
            INDArray turned = array(type, Matrices.transposed(weights));
            kernel.rewire(Matrix.of(turned.transpose()), STREAM);
            assertArrayEquals(Matrices.transposed(numbers(expected)), numbers(turned));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> viewsAreRewiredAndNothingBesideThem() {
    return each(
        selection -> {
          for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            INDArray whole = array(type, Matrices.normal(type, 30, 50, 0.1, "view"));
            INDArray expected = whole.dup();
            RewireKernel kernel = kernel(new RewiringRule(Passes.BOTH, selection), passed -> {});
            for (INDArray view : views(expected)) {
              INDArray copy = view.dup('c');
              kernel.rewire(Matrix.of(copy), STREAM);
              view.assign(copy);
            }
            List<SeededMatrix> seeded = new ArrayList<>();
            for (INDArray view : views(whole)) {
              seeded.add(new SeededMatrix(Matrix.of(view), STREAM));
            }
            kernel.rewire(seeded);
            assertArrayEquals(numbers(expected), numbers(whole));
          }
        });
  }

  private static List<INDArray> views(INDArray array) {
    return List.of(
        array.get(NDArrayIndex.interval(4, 21), NDArrayIndex.interval(5, 20)),
        array.get(NDArrayIndex.interval(22, 30), NDArrayIndex.interval(1, 49)),
        // Its rows are the columns of what it is a view of.
        array.get(NDArrayIndex.interval(0, 4), NDArrayIndex.interval(3, 47)).transpose());
  }

  @Test
  void strengthsThatOverflowAreRefusedByTheNumberOfTheirMatrix() {
    for (Selection.ByStrength selection : selections()) {
      INDArray huge = array(DataType.DOUBLE, new double[40][5000]).assign(1e308);
      Matrix sound = Matrices.matrix(DataType.DOUBLE, weights());
      RewireKernel kernel = kernel(new RewiringRule(Passes.BOTH, selection), passed -> {});
      List<SeededMatrix> matrices =
          List.of(new SeededMatrix(sound, STREAM), new SeededMatrix(Matrix.of(huge), STREAM));
      UnfitMatrixException refused =
          assertThrows(UnfitMatrixException.class, () -> kernel.rewire(matrices));
      assertEquals(1, refused.number());
    }
  }

  private static void assertSameLines(double[][] expected, double[][] found) {
    for (int line = 0; line < expected.length; line++) {
      assertArrayEquals(sorted(expected[line]), sorted(found[line]), "line " + line);
    }
    assertFalse(Arrays.deepEquals(expected, found));
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** Of the strengths of the rows. */
  private static double variance(double[][] rows) {
    double[] strengths = Arrays.stream(rows).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    double mean = Arrays.stream(strengths).average().orElseThrow();
    return Arrays.stream(strengths).map(s -> (s - mean) * (s - mean)).sum();
  }
}
