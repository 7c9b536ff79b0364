package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Against the algorithm as DESIGN writes it, whatever the threads and the array's layout. */
final class JavaKernelTest {

  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.TEN).child(3);

  @ParameterizedTest
  @CsvSource({"1,1", "1,9", "9,1", "2,2", "17,40", "130,70", "300,2100", "2100,40", "3,33000"})
  void equalsTheDefinitionAtAnyNumberOfThreads(int rows, int columns) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      double[][] weights = weights(rows, columns, type);
      double[][] expected = Rewired.of(weights);
      assertExact(expected, rewired(array(weights, type), 0));
      assertExact(expected, rewired(array(weights, type), 1));
      assertExact(expected, rewired(array(weights, type), 3));
    }
  }

  @Test
  void rewiresAViewAndNothingBesideIt() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      double[][] weights = weights(30, 50, type);
      INDArray whole = array(weights, type);
      INDArray before = whole.dup();
      INDArray view = whole.get(NDArrayIndex.interval(4, 21), NDArrayIndex.interval(5, 40));
      double[][] part = new double[17][];
      Arrays.setAll(part, r -> Arrays.copyOfRange(weights[r + 4], 5, 40));

      rewired(view, 0);

      assertExact(Rewired.of(part), view);
      view.assign(before.get(NDArrayIndex.interval(4, 21), NDArrayIndex.interval(5, 40)));
      assertExact(weights, whole);
    }
  }

  @Test
  void rewiresATransposedView() {
    double[][] weights = weights(30, 50, DataType.FLOAT);
    INDArray stored = array(weights, DataType.FLOAT).transpose().dup('c');
    rewired(stored.transpose(), 0);
    assertExact(Rewired.of(weights), stored.transpose());
  }

  @Test
  void rewiresASliceOfABatch() {
    double[][] first = weights(20, 30, DataType.FLOAT);
    double[][] second = weights(20, 30, DataType.FLOAT);
    INDArray batch = Nd4j.create(DataType.FLOAT, 2, 20, 30);
    batch.slice(0).assign(array(first, DataType.FLOAT));
    batch.slice(1).assign(array(second, DataType.FLOAT));
    rewired(batch.slice(1), 2);
    assertExact(first, batch.slice(0));
    assertExact(Rewired.of(second), batch.slice(1));
  }

  @Test
  void refusesStrengthsThatOverflow() {
    INDArray huge = Nd4j.create(DataType.DOUBLE, 40, 5000).assign(1e308);
    assertThrows(ArithmeticException.class, () -> new JavaKernel().rewire(huge, STREAM));
    ForkJoinPool pool = new ForkJoinPool(2);
    try {
      var task = pool.submit(() -> new JavaKernel().rewire(huge, STREAM));
      assertThrows(ArithmeticException.class, task::join);
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void refusesOtherTypesAndRanks() {
    INDArray half = Nd4j.create(DataType.HALF, 2, 2);
    INDArray cube = Nd4j.create(DataType.FLOAT, 2, 2, 2);
    assertThrows(IllegalArgumentException.class, () -> new JavaKernel().rewire(half, STREAM));
    assertThrows(IllegalArgumentException.class, () -> new JavaKernel().rewire(cube, STREAM));
  }

  /** Rewires in a pool of some threads; 0: on this thread. */
  private static INDArray rewired(INDArray matrix, int threads) {
    if (threads == 0) {
      new JavaKernel().rewire(matrix, STREAM);
      return matrix;
    }
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      pool.submit(() -> new JavaKernel().rewire(matrix, STREAM)).join();
    } finally {
      pool.shutdown();
    }
    return matrix;
  }

  private static double[][] weights(int rows, int columns, DataType type) {
    Random random = new Random(rows * 31L + columns);
    double[][] weights = new double[rows][columns];
    for (double[] row : weights) {
      for (int c = 0; c < columns; c++) {
        double weight = random.nextGaussian() * 0.1;
        row[c] = type == DataType.FLOAT ? (float) weight : weight;
      }
    }
    return weights;
  }

  private static INDArray array(double[][] rows, DataType type) {
    INDArray array = Nd4j.createUninitialized(DataType.DOUBLE, rows.length, rows[0].length);
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    new org.bytedeco.javacpp.DoublePointer(array.data().pointer()).put(flat, 0, flat.length);
    return array.castTo(type);
  }

  /** Unlike {@link INDArray#equals}, which allows a difference of 1e-5. */
  private static void assertExact(double[][] expected, INDArray found) {
    assertArrayEquals(expected, found.dup('c').castTo(DataType.DOUBLE).toDoubleMatrix());
  }

  /** The definition: the slow twin of the kernel. */
  private static final class Rewired {

    static double[][] of(double[][] weights) {
      return transposed(pass(transposed(pass(weights))));
    }

    private static double[][] pass(double[][] weights) {
      Pcg64 random = STREAM.generator();
      double[][] result = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
      double[] strength = new double[weights[0].length];
      for (int r = 1; r < weights.length; r++) {
        for (int c = 0; c < strength.length; c++) {
          strength[c] += result[r - 1][c];
        }
        int[] order = NumpyChoice.draw(strength, random::nextDouble);
        double[] sorted = weights[r].clone();
        Arrays.sort(sorted);
        for (int k = 0; k < sorted.length; k++) {
          result[r][order[k]] = sorted[k];
        }
      }
      return result;
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
}
