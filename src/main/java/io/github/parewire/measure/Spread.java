package io.github.parewire.measure;

/**
 * How much the lines of a matrix (its rows, or its columns) differ, against what independent
 * weights of one distribution would show: there both ratios are about 1.
 *
 * @param lines number of lines
 * @param length weights in a line
 * @param strengths the variance of the lines' sums of weights, divided by that of independent
 *     weights
 * @param norms the variance of the lines' sums of squares, divided by that of independent weights
 * @param normRange the largest sum of squares less the smallest, divided by their mean
 * @param strengthSquares the mean square of the lines' sums of weights, divided by length and mean
 *     square of the weights
 */
public record Spread(
    int lines,
    long length,
    double strengths,
    double norms,
    double normRange,
    double strengthSquares) {

  static Spread of(
      LineSums sums, long length, double mean, double meanSquare, double meanFourthPower) {
    int lines = sums.lines();
    double lineSquares = length * meanSquare;
    double strengths = 0;
    double strengthSquares = 0;
    double norms = 0;
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (int line = 0; line < lines; line++) {
      double strength = sums.sums()[line] - length * mean;
      double norm = sums.squares()[line];
      strengths += strength * strength;
      strengthSquares += sums.sums()[line] * sums.sums()[line];
      norms += (norm - lineSquares) * (norm - lineSquares);
      low = Math.min(low, norm);
      high = Math.max(high, norm);
    }
    double variance = meanSquare - mean * mean;
    double squaresVariance = meanFourthPower - meanSquare * meanSquare;
    return new Spread(
        lines,
        length,
        strengths / (lines - 1) / (length * variance),
        norms / (lines - 1) / (length * squaresVariance),
        (high - low) / lineSquares,
        strengthSquares / lines / lineSquares);
  }

  /** Whether there is more than one line, so that they can differ. */
  public boolean exists() {
    return lines > 1;
  }

  /** How far the strengths are from chance, in standard errors. */
  double strengthsZ() {
    return standardNormal(strengths, lines - 1);
  }

  /** How far the norms are from chance, in standard errors. */
  double normsZ(Family family) {
    // The variance of a variance grows with the kurtosis of what varies: here, of sums of squares.
    double excess = family.squaresExcess() / length;
    return standardNormal(norms, (lines - 1) * 2 / (2 + excess));
  }

  /** A chi-squared variable over its degrees of freedom as a normal one (Wilson and Hilferty). */
  private static double standardNormal(double ratio, double freedom) {
    double variance = 2 / (9 * freedom);
    return (Math.cbrt(ratio) - (1 - variance)) / Math.sqrt(variance);
  }
}
