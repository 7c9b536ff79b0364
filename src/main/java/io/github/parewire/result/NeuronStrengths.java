package io.github.parewire.result;

/**
 * How central the neurons on one side of a layer are: how their strengths, the signed sums of their
 * weights, are distributed. The spread is in {@link StrengthVariance}.
 *
 * @param neurons how many there are, over all matrices
 * @param mean the mean strength, which is the same in any order of the weights
 * @param skewness the third standardized moment: above 0 where a few neurons are strong; NaN of
 *     strengths that are all the same
 * @param weakest the neuron of the least strength, of equal ones the first
 * @param strongest the neuron of the largest strength, of equal ones the first
 * @param histogram how many have which strength; of after there is none
 */
public record NeuronStrengths(
    int neurons,
    double mean,
    double skewness,
    Neuron weakest,
    Neuron strongest,
    Histogram histogram) {

  private static final double EULER = 0.5772156649015329;

  /**
   * A neuron, and its strength.
   *
   * @param matrix the number of its matrix
   * @param neuron its number there
   * @param strength the sum of its weights
   */
  public record Neuron(int matrix, int neuron, double strength) {}

  /**
   * The standard error of the skewness of so many independent strengths, of which the skewness is 0
   * where that of the weights is.
   *
   * @return 0 of fewer than three
   */
  public double skewnessError() {
    double n = neurons;
    return neurons < 3 ? 0 : Math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
  }

  /**
   * By how many standard deviations the largest of so many independent normal numbers is above
   * their mean, on average: what to expect of the strongest neuron, and with a minus of the
   * weakest.
   *
   * <p>By the leading terms for many numbers (Cramer, Mathematical Methods of Statistics, 1946,
   * 28.6); for ten it is 6% too large, for a hundred 2%.
   *
   * @return 0 of one
   */
  public double expectedDeviations() {
    if (neurons < 2) {
      return 0;
    }
    double scale = Math.sqrt(2 * Math.log(neurons));
    double terms = Math.log(Math.log(neurons)) + Math.log(4 * Math.PI) - 2 * EULER;
    return scale - terms / (2 * scale);
  }
}
