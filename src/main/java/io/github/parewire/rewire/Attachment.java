package io.github.parewire.rewire;

/** The probabilities of preferential attachment. */
final class Attachment {

  private Attachment() {}

  /**
   * Writes {@code p = s + |min(s)| + 1} divided by its sum.
   *
   * @param strength the strengths s
   * @param probability receives p, of the same length
   * @throws ArithmeticException if p overflows, or is zero for some column
   */
  static void probabilities(double[] strength, double[] probability) {
    int count = probability.length;
    double minimum = strength[0];
    for (int i = 1; i < count; i++) {
      minimum = Math.min(minimum, strength[i]);
    }
    double offset = Math.abs(minimum);
    for (int i = 0; i < count; i++) {
      // Two additions, in this order: numpy rounds after each.
      probability[i] = strength[i] + offset + 1.0;
    }
    double sum = PairwiseSum.of(probability, 0, count);
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      probability[i] /= sum;
      smallest = Math.min(smallest, probability[i]);
    }
    if (!(smallest > 0)) {
      throw new ArithmeticException("the strengths are too large for attachment probabilities");
    }
  }
}
