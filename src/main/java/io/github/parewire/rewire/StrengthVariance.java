package io.github.parewire.rewire;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much the strengths of a layer's neurons vary: the unbiased variance (n - 1 in the
 * denominator) of their signed sums of weights, in float64.
 *
 * @param input over the column sums; empty with fewer than two inputs
 * @param output over the row sums; empty with fewer than two output neurons
 */
public record StrengthVariance(OptionalDouble input, OptionalDouble output) {

  /**
   * Measures a matrix.
   *
   * @param matrix [output neurons, inputs], FLOAT or DOUBLE
   */
  public static StrengthVariance of(INDArray matrix) {
    if (!MatrixLayout.fits(matrix)) {
      try (INDArray copy = matrix.dup('c')) {
        return of(copy);
      }
    }
    Strengths strengths = Strengths.of(matrix);
    return new StrengthVariance(variance(strengths.input(), 1), variance(strengths.output(), 1));
  }

  /**
   * The variance of the strengths of some matrices' neurons on one side.
   *
   * @param strengths those of each matrix after those of the one before
   * @param matrices how many there are
   * @return the mean over the matrices; empty with fewer than two neurons in each
   */
  public static OptionalDouble variance(double[] strengths, int matrices) {
    int neurons = strengths.length / matrices;
    if (neurons < 2) {
      return OptionalDouble.empty();
    }
    double total = 0;
    for (int matrix = 0; matrix < matrices; matrix++) {
      total += variance(strengths, matrix * neurons, neurons);
    }
    return OptionalDouble.of(total / matrices);
  }

  private static double variance(double[] strengths, int from, int neurons) {
    double mean = 0;
    for (int i = from; i < from + neurons; i++) {
      mean += strengths[i] / neurons;
    }
    double squares = 0;
    for (int i = from; i < from + neurons; i++) {
      squares += (strengths[i] - mean) * (strengths[i] - mean);
    }
    return squares / (neurons - 1);
  }

  /**
   * The mean of the variances of several matrices.
   *
   * @param slices at least one, of matrices of one shape
   */
  public static StrengthVariance mean(List<StrengthVariance> slices) {
    return new StrengthVariance(
        mean(slices, StrengthVariance::input), mean(slices, StrengthVariance::output));
  }

  private static OptionalDouble mean(
      List<StrengthVariance> slices, Function<StrengthVariance, OptionalDouble> side) {
    return slices.stream().map(side).flatMapToDouble(OptionalDouble::stream).average();
  }
}
