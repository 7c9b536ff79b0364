package io.github.parewire.rewire;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.Matrix.OwnMatrix;
import io.github.parewire.array.NativeMatrix;
import io.github.parewire.numpy.PairwiseSum;
import io.github.parewire.numpy.Permutations;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import java.util.function.LongConsumer;

/**
 * Draws orders of all weights of a matrix, and takes the one whose strengths vary least: by the
 * unbiased variance of the inputs' strengths and that of the outputs', whose mean counts if both
 * do. It is what {@code stabilize_strength} of the authors does with new draws of the weights.
 *
 * <p>In numpy: {@code rng.permutation(W.ravel())}, from the same generator each time; strengths
 * added up in float64, from the first line to the last; {@code var(ddof=1)}.
 */
final class BestOrder<A> {

  private final NativeMatrix<A> weights;
  private final Matrix matrix;
  private final Passes passes;

  private BestOrder(Matrix matrix, NativeMatrix<A> weights, Passes passes) {
    this.matrix = matrix;
    this.weights = weights;
    this.passes = passes;
  }

  /**
   * Brings a matrix into the best order; beside it there is a copy in memory.
   *
   * @param draws how many orders are drawn
   * @param passes whose strengths are to vary little
   * @param passed gets the number of weights after each draw
   * @throws ArithmeticException if strengths are too large to add up
   */
  static void take(
      int draws, Passes passes, Matrix matrix, SeedSequence stream, LongConsumer passed) {
    Permutations orders = new Permutations(stream.generator());
    Permutations best = orders;
    double least = Double.POSITIVE_INFINITY;
    try (OwnMatrix copy = matrix.copy()) {
      Matrix drawn = copy.matrix();
      NativeMatrix<?> weights = drawn.memory();
      BestOrder<?> order = new BestOrder<>(drawn, weights, passes);
      for (int draw = 0; draw < draws; draw++) {
        Permutations start = orders.copy();
        shuffle(orders, matrix, drawn, weights);
        double variance = order.variance();
        if (variance < least) {
          least = variance;
          best = start;
        }
        passed.accept(matrix.weights());
      }
      shuffle(best, matrix, drawn, weights);
      matrix.assign(drawn);
    }
  }

  private static void shuffle(
      Permutations orders, Matrix from, Matrix into, NativeMatrix<?> weights) {
    into.assign(from);
    orders.shuffle(into.weights(), weights::swap);
    into.written();
  }

  private double variance() {
    double variance =
        switch (passes) {
          case BOTH -> (variance(LineAxis.ROWS) + variance(LineAxis.COLUMNS)) / 2;
          case INPUT -> variance(LineAxis.ROWS);
          case OUTPUT -> variance(LineAxis.COLUMNS);
        };
    if (!Double.isFinite(variance)) {
      throw new ArithmeticException("the strengths are too large to add up");
    }
    return variance;
  }

  /** The variance of sums over lines; 0 of one sum, which is that of all weights in any order. */
  private double variance(LineAxis axis) {
    int length = matrix.lineLength(axis);
    if (length == 1) {
      return 0;
    }
    double[] strengths = sums(axis, length);
    double mean = PairwiseSum.of(strengths, 0, length) / length;
    for (int i = 0; i < length; i++) {
      double deviation = strengths[i] - mean;
      strengths[i] = deviation * deviation;
    }
    return PairwiseSum.of(strengths, 0, length) / (length - 1);
  }

  private double[] sums(LineAxis axis, int length) {
    int lines = matrix.lines(axis);
    int capacity = JavaKernel.blockLines(matrix, axis);
    A block = weights.newArray(Math.multiplyExact(capacity, length));
    double[] sums = new double[length];
    for (int first = 0; first < lines; first += capacity) {
      int count = Math.min(capacity, lines - first);
      weights.get(axis, first, count, block);
      for (int line = 0; line < count; line++) {
        weights.addTo(sums, block, line * length);
      }
    }
    return sums;
  }
}
