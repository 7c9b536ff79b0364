package io.github.parewire.measure;

import io.github.parewire.result.Spread;

/** How far a spread is from that of independent weights, in standard errors. */
final class SpreadZ {

  private SpreadZ() {}

  /** How far the strengths are from chance. */
  static double strengthsZ(Spread spread) {
    return standardNormal(spread.strengths(), spread.lines() - 1);
  }

  /** How far the norms are from chance, for weights of a family. */
  static double normsZ(Spread spread, Family family) {
    // The variance of a variance grows with the kurtosis of what varies: here, of sums of squares.
    double excess = family.squaresExcess() / spread.length();
    return standardNormal(spread.norms(), (spread.lines() - 1) * 2 / (2 + excess));
  }

  /** A chi-squared variable over its degrees of freedom as a normal one (Wilson and Hilferty). */
  private static double standardNormal(double ratio, double freedom) {
    double variance = 2 / (9 * freedom);
    return (Math.cbrt(ratio) - (1 - variance)) / Math.sqrt(variance);
  }
}
