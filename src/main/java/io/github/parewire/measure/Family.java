package io.github.parewire.measure;

/**
 * The distributions that weights are drawn from, each symmetric around 0 and known but for its
 * scale.
 */
enum Family {
  /** Within the bound, each value as likely. */
  UNIFORM("uniform", Math.sqrt(3), 1.8, 1.3166, -0.857) {
    @Override
    double logDensity(double meanSquare, double standardDeviation, double largest) {
      return -Math.log(2 * Math.max(largest, bound(standardDeviation)));
    }

    @Override
    double likeliest(double meanSquare, double largest) {
      return largest / bound(1);
    }
  },

  /** A normal distribution without what is more than two of its standard deviations from 0. */
  TRUNCATED_NORMAL(
      "truncated normal", 2 / Family.TRUNCATED_DEVIATION, 2.365_536_7, 3.848_239, 1.557_345) {
    @Override
    double logDensity(double meanSquare, double standardDeviation, double largest) {
      double scale = Math.max(standardDeviation / TRUNCATED_DEVIATION, largest / 2);
      return logNormal(meanSquare, scale) - Math.log(WITHIN_TWO_DEVIATIONS);
    }

    @Override
    double likeliest(double meanSquare, double largest) {
      return TRUNCATED_DEVIATION * Math.max(largest / 2, Math.sqrt(meanSquare));
    }
  },

  /** A normal distribution. */
  NORMAL("normal", Double.POSITIVE_INFINITY, 3, 24, 12) {
    @Override
    double logDensity(double meanSquare, double standardDeviation, double largest) {
      return logNormal(meanSquare, standardDeviation);
    }

    @Override
    double likeliest(double meanSquare, double largest) {
      return Math.sqrt(meanSquare);
    }
  };

  /** Standard deviation of a standard normal distribution truncated at 2. */
  static final double TRUNCATED_DEVIATION = 0.879_625_661_034_239_8;

  private static final double WITHIN_TWO_DEVIATIONS = 0.954_499_736_103_641_6;

  private final String text;
  private final double relativeBound;
  private final double kurtosis;
  private final double kurtosisVariance;
  private final double squaresExcess;

  /**
   * Describes a distribution.
   *
   * @param relativeBound the largest value there is, in standard deviations
   * @param kurtosis mean fourth power by squared mean square
   * @param kurtosisVariance of the kurtosis of N values, times N, for large N
   * @param squaresExcess excess kurtosis of the values' squares
   */
  Family(
      String text,
      double relativeBound,
      double kurtosis,
      double kurtosisVariance,
      double squaresExcess) {
    this.text = text;
    this.relativeBound = relativeBound;
    this.kurtosis = kurtosis;
    this.kurtosisVariance = kurtosisVariance;
    this.squaresExcess = squaresExcess;
  }

  /** The mean log density of values with this mean square, none larger than {@code largest}. */
  abstract double logDensity(double meanSquare, double standardDeviation, double largest);

  /** The standard deviation that makes such values likeliest. */
  abstract double likeliest(double meanSquare, double largest);

  /** The largest value there is. */
  double bound(double standardDeviation) {
    return relativeBound * standardDeviation;
  }

  double kurtosis() {
    return kurtosis;
  }

  /** The standard error of the kurtosis of some values. */
  double kurtosisError(long count) {
    return Math.sqrt(kurtosisVariance / count);
  }

  double squaresExcess() {
    return squaresExcess;
  }

  private static double logNormal(double meanSquare, double scale) {
    return -Math.log(scale) - Math.log(2 * Math.PI) / 2 - meanSquare / (2 * scale * scale);
  }

  @Override
  public String toString() {
    return text;
  }
}
