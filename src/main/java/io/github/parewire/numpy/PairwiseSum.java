package io.github.parewire.numpy;

/**
 * The sum of doubles in numpy's order of additions, since another order rounds otherwise.
 *
 * <p>Halves of more than 128 values are summed apart; up to 128 values go through eight
 * accumulators (numpy, {@code loops_utils.h.src}, {@code pairwise_sum}).
 */
public final class PairwiseSum {

  private static final int BLOCK = 128;

  private PairwiseSum() {}

  /** The sum of {@code values[from .. from + count - 1]}, equal to {@code numpy.sum} of them. */
  public static double of(double[] values, int from, int count) {
    if (count < 8) {
      double sum = 0;
      for (int i = from; i < from + count; i++) {
        sum += values[i];
      }
      return sum;
    }
    if (count > BLOCK) {
      int half = count / 2;
      half -= half % 8;
      return of(values, from, half) + of(values, from + half, count - half);
    }
    return ofBlock(values, from, count);
  }

  private static double ofBlock(double[] values, int from, int count) {
    double r0 = values[from];
    double r1 = values[from + 1];
    double r2 = values[from + 2];
    double r3 = values[from + 3];
    double r4 = values[from + 4];
    double r5 = values[from + 5];
    double r6 = values[from + 6];
    double r7 = values[from + 7];
    int end = from + count;
    int i = from + 8;
    for (; i < end - count % 8; i += 8) {
      r0 += values[i];
      r1 += values[i + 1];
      r2 += values[i + 2];
      r3 += values[i + 3];
      r4 += values[i + 4];
      r5 += values[i + 5];
      r6 += values[i + 6];
      r7 += values[i + 7];
    }
    double sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7));
    for (; i < end; i++) {
      sum += values[i];
    }
    return sum;
  }
}
