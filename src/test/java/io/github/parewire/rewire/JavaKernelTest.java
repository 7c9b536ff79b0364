package io.github.parewire.rewire;

import static io.github.parewire.testing.Matrices.array;
import static io.github.parewire.testing.Matrices.normal;
import static io.github.parewire.testing.Matrices.numbers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.testing.NaiveRewiring;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against the algorithm as the paper and numpy have it, whatever the threads. */
final class JavaKernelTest extends RewireKernelContract {

  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.TEN).child(3);

  @Override
  protected RewireKernel kernel(RewiringRule rule, LongConsumer passed) {
    return new JavaKernel(rule, passed);
  }

  @Override
  protected List<Selection.ByStrength> selections() {
    return List.of(
        Selection.Draw.authors(SamplerKind.REFERENCE),
        Selection.Draw.authors(SamplerKind.EXPONENTIAL),
        new Selection.Greedy());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,9", "9,1", "2,2", "17,40", "130,70", "300,2100", "2100,40", "3,33000"})
  void equalsTheDefinitionAtAnyNumberOfThreads(int rows, int columns) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      double[][] weights = normal(type, rows, columns, 0.1, "kernel");
      double[][] expected = NaiveRewiring.rewire(weights, STREAM);
      for (int threads : new int[] {0, 1, 3}) {
        INDArray array = array(type, weights);
        rewire(array, threads);
        assertArrayEquals(expected, numbers(array), threads + " threads");
      }
    }
  }

  /** Rewires in a pool of some threads; 0: on this thread. */
  private static void rewire(INDArray array, int threads) {
    Matrix matrix = Matrix.of(array);
    if (threads == 0) {
      new JavaKernel().rewire(matrix, STREAM);
      return;
    }
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      pool.submit(() -> new JavaKernel().rewire(matrix, STREAM)).join();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aSliceOfABatchIsRewiredAlone() {
    double[][] first = normal(DataType.FLOAT, 20, 30, 0.1, "first");
    double[][] second = normal(DataType.FLOAT, 20, 30, 0.1, "second");
    INDArray batch = Nd4j.create(DataType.FLOAT, 2, 20, 30);
    batch.slice(0).assign(array(DataType.FLOAT, first));
    batch.slice(1).assign(array(DataType.FLOAT, second));
    rewire(batch.slice(1), 2);
    assertArrayEquals(first, numbers(batch.slice(0)));
    assertArrayEquals(NaiveRewiring.rewire(second, STREAM), numbers(batch.slice(1)));
  }

  @Test
  void strengthsThatOverflowAreRefusedInAPoolToo() {
    INDArray huge = Nd4j.create(DataType.DOUBLE, 40, 5000).assign(1e308);
    assertThrows(ArithmeticException.class, () -> rewire(huge, 2));
  }

  @Test
  void greedySelectionOfLongLinesWithTies() {
    RewiringRule rule = new RewiringRule(Passes.BOTH, new Selection.Greedy());
    for (int[] shape : new int[][] {{1, 1}, {2, 1}, {2, 2}, {3, 7}, {5, 1025}, {60, 64}}) {
      double[][] weights = normal(DataType.DOUBLE, shape[0], shape[1], 1, "greedy");
      double[][] coarse = normal(DataType.DOUBLE, shape[0], shape[1], 1, "greedy");
      for (double[] row : coarse) {
        Arrays.setAll(row, c -> Math.rint(row[c]));
      }
      for (double[][] matrix : List.of(weights, coarse)) {
        INDArray found = array(DataType.DOUBLE, matrix);
        new JavaKernel(rule).rewire(Matrix.of(found), STREAM);
        assertArrayEquals(
            NaiveRewiring.rewire(matrix, STREAM, rule),
            numbers(found),
            () -> Arrays.toString(shape));
      }
    }
  }

  /** p would overflow, or the weakest neuron's share vanish. */
  @Test
  void offsetsThatMakeNoProbabilities() {
    double[][] weights = normal(DataType.DOUBLE, 30, 45, 1, "offsets");
    for (double offset : new double[] {Double.MAX_VALUE, Double.MIN_VALUE}) {
      JavaKernel kernel =
          new JavaKernel(
              new RewiringRule(Passes.BOTH, new Selection.Draw(SamplerKind.REFERENCE, offset)));
      Matrix matrix = Matrix.of(array(DataType.DOUBLE, weights));
      ArithmeticException e =
          assertThrows(ArithmeticException.class, () -> kernel.rewire(matrix, STREAM));
      assertTrue(e.getMessage().contains("offset " + offset), e::getMessage);
    }
  }
}
