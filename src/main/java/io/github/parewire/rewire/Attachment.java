package io.github.parewire.rewire;

import io.github.parewire.numpy.PairwiseSum;
import io.github.parewire.options.Selection;

/** The probabilities of preferential attachment. */
public final class Attachment {

  private Attachment() {}

  /**
   * Writes {@code p = s + |min(s)| + offset}: the offset or more.
   *
   * @param strength the strengths s
   * @param offset the constant, which is 1 in the paper
   * @param attachment receives p, of the same length
   * @throws ArithmeticException if p overflows
   */
  static void of(double[] strength, double offset, double[] attachment) {
    double shift = Math.abs(minimum(strength, attachment.length));
    boolean isFinite = true;
    for (int i = 0; i < attachment.length; i++) {
      attachment[i] = strength[i] + shift + offset;
      // NaN fails as well.
      isFinite &= attachment[i] <= Double.MAX_VALUE;
    }
    require(isFinite, offset);
  }

  /**
   * Writes {@code p = s + |min(s)| + offset} divided by its sum.
   *
   * @param strength the strengths s
   * @param offset the constant, which is 1 in the paper
   * @param probability receives p, of the same length
   * @throws ArithmeticException if p overflows, or is zero for some column
   */
  static void probabilities(double[] strength, double offset, double[] probability) {
    int count = probability.length;
    double minimum = minimum(strength, count);
    double shift = Math.abs(minimum);
    for (int i = 0; i < count; i++) {
      // Two additions, in this order: numpy rounds after each.
      probability[i] = strength[i] + shift + offset;
    }
    double sum = PairwiseSum.of(probability, 0, count);
    for (int i = 0; i < count; i++) {
      probability[i] /= sum;
    }
    // The steps above keep order, so this is the smallest probability. NaN fails as well.
    double smallest = (minimum + shift + offset) / sum;
    require(smallest > 0, offset);
  }

  /** Refuses strengths unless what is needed of them holds. */
  public static void require(boolean holds, double offset) {
    if (!holds) {
      throw tooLarge(offset);
    }
  }

  /** What is thrown of strengths that are too large. */
  public static ArithmeticException tooLarge(double offset) {
    return new ArithmeticException(
        "the strengths are too large for attachment probabilities"
            + (offset == Selection.Draw.AUTHORS_OFFSET ? "" : " with the offset " + offset));
  }

  /** The least value, ignoring NaN beyond the first four; four at a time hide the latency. */
  private static double minimum(double[] values, int count) {
    double m0 = values[0];
    double m1 = m0;
    double m2 = m0;
    double m3 = m0;
    int i = 1;
    for (; i < count - 3; i += 4) {
      m0 = lesser(m0, values[i]);
      m1 = lesser(m1, values[i + 1]);
      m2 = lesser(m2, values[i + 2]);
      m3 = lesser(m3, values[i + 3]);
    }
    for (; i < count; i++) {
      m0 = lesser(m0, values[i]);
    }
    return lesser(lesser(m0, m1), lesser(m2, m3));
  }

  /** {@link Math#min} takes longer for the sake of NaN and -0.0. */
  private static double lesser(double x, double y) {
    return y < x ? y : x;
  }
}
