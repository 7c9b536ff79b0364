package io.github.parewire.result;

import java.util.OptionalDouble;

/**
 * What the weights of a layer are like, over all its matrices.
 *
 * @param weights their number
 * @param zeros how many are 0
 * @param min the smallest
 * @param max the largest
 * @param mean the mean
 * @param meanSquare the mean square; infinite or NaN if a weight is
 * @param kurtosis the mean fourth power, divided by the square of the mean square
 * @param resolution relative rounding error of the weights' type
 * @param strengthVariance the variance of the strengths, the mean over the matrices
 * @param inputs how the columns differ
 * @param outputs how the rows differ
 */
public record LayerStatistics(
    long weights,
    long zeros,
    double min,
    double max,
    double mean,
    double meanSquare,
    double kurtosis,
    double resolution,
    StrengthVariance strengthVariance,
    Spread inputs,
    Spread outputs) {

  /** {@return the standard deviation} */
  public double standardDeviation() {
    return min == max ? 0 : Math.sqrt(Math.max(0, meanSquare - mean * mean));
  }

  /**
   * The strength variance that is expected of independent weights of this variance: a neuron's
   * strength is the sum of its weights, so it is their number times the unbiased variance of the
   * layer's weights. It also is the exact mean over all orders that the layer's weights could be
   * in.
   *
   * @return empty on a side where the measured one is
   */
  public StrengthVariance idealStrengthVariance() {
    double deviation = standardDeviation();
    double variance = deviation * deviation * weights / (weights - 1);
    return new StrengthVariance(
        ideal(strengthVariance.input(), inputs.length() * variance),
        ideal(strengthVariance.output(), outputs.length() * variance));
  }

  private static OptionalDouble ideal(OptionalDouble measured, double expected) {
    return measured.isPresent() ? OptionalDouble.of(expected) : OptionalDouble.empty();
  }

  /**
   * What they would be like without the weight of the largest absolute value. How columns and rows
   * differ stays as it is, and of what is the largest then no more is known than that it is at most
   * the other end.
   *
   * @return the statistics of one weight fewer; of 2 weights and more
   */
  public LayerStatistics withoutLargest() {
    double far = max > -min ? max : min;
    double rest = weights - 1;
    double square = (weights * meanSquare - far * far) / rest;
    double fourth = (weights * kurtosis * meanSquare * meanSquare - Math.pow(far, 4)) / rest;
    return new LayerStatistics(
        weights - 1,
        zeros,
        far == min ? Math.min(0, -max) : min,
        far == max ? Math.max(0, -min) : max,
        (weights * mean - far) / rest,
        square,
        fourth / (square * square),
        resolution,
        strengthVariance,
        inputs,
        outputs);
  }

  /** {@return the largest absolute value} */
  public double largest() {
    return Math.max(-min, max);
  }

  /** {@return whether all weights are numbers, neither NaN nor infinite} */
  public boolean isFinite() {
    return Double.isFinite(meanSquare);
  }
}
