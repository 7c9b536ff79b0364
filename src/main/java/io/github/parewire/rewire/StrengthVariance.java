package io.github.parewire.rewire;

import java.util.Arrays;
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
    return new StrengthVariance(variance(strengths.input()), variance(strengths.output()));
  }

  private static OptionalDouble variance(double[] strengths) {
    if (strengths.length < 2) {
      return OptionalDouble.empty();
    }
    double mean = Arrays.stream(strengths).sum() / strengths.length;
    double squares = 0;
    for (double strength : strengths) {
      squares += (strength - mean) * (strength - mean);
    }
    return OptionalDouble.of(squares / (strengths.length - 1));
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
