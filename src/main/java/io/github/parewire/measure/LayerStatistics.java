package io.github.parewire.measure;

import io.github.parewire.rewire.StrengthVariance;

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

  /** The standard deviation. */
  public double standardDeviation() {
    return min == max ? 0 : Math.sqrt(Math.max(0, meanSquare - mean * mean));
  }

  /** The largest absolute value. */
  public double largest() {
    return Math.max(-min, max);
  }

  /** Whether all weights are numbers, neither NaN nor infinite. */
  public boolean isFinite() {
    return Double.isFinite(meanSquare);
  }
}
