package io.github.parewire.result;

import java.util.OptionalDouble;

/**
 * How much the strengths of a layer's neurons vary: the unbiased variance (n - 1 in the
 * denominator) of their signed sums of weights, in float64; of several matrices, the mean.
 *
 * @param input over the column sums; empty with fewer than two inputs
 * @param output over the row sums; empty with fewer than two output neurons
 */
public record StrengthVariance(OptionalDouble input, OptionalDouble output) {

  /**
   * Measures strengths.
   *
   * @param inputs those of the inputs of each matrix after those of the one before
   * @param outputs those of the output neurons, likewise
   * @param matrices how many there are
   * @return their variance
   */
  public static StrengthVariance of(double[] inputs, double[] outputs, int matrices) {
    return new StrengthVariance(variance(inputs, matrices), variance(outputs, matrices));
  }

  private static OptionalDouble variance(double[] strengths, int matrices) {
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
}
