package io.github.parewire.rewire;

import java.util.Arrays;

/**
 * The order that numpy's {@code Generator.choice(m, size=m, replace=False, p=p)} draws, bit for
 * bit.
 *
 * <p>numpy draws in rounds. A round draws as many uniforms as columns are missing, looks each up in
 * the cumulative sum of p (where columns already found count nothing) divided by its last entry,
 * and keeps first occurrences in the order drawn. As adding zero changes no sum, a round here
 * touches the missing columns only: about 1.6 m steps in all.
 */
public final class ReferenceSampler implements Sampler {

  private final double[] probability;
  private final double[] cumulative;
  private final double[] uniform;

  /** The missing columns, ascending; what {@code cumulative} is indexed by. */
  private final int[] missing;

  private final boolean[] found;

  /** Where to begin a look-up in {@code cumulative}: entry b serves uniforms from b / length on. */
  private final int[] guide;

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   */
  public ReferenceSampler(int columns) {
    probability = new double[columns];
    cumulative = new double[columns];
    uniform = new double[columns];
    missing = new int[columns];
    found = new boolean[columns];
    guide = new int[powerOfTwoFrom(columns)];
  }

  @Override
  public void draw(double[] strength, Pcg64 random, int[] order) {
    Attachment.probabilities(strength, probability);
    int columns = probability.length;
    for (int i = 0; i < columns; i++) {
      missing[i] = i;
    }
    Arrays.fill(found, false);
    int drawn = 0;
    while (drawn < columns) {
      int count = columns - drawn;
      random.fill(uniform, count);
      accumulate(count);
      drawn = lookUp(count, order, drawn);
      dropFound(count);
    }
  }

  /** {@code cumulative[i]}: share of the first i + 1 missing columns, the last being 1. */
  private void accumulate(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += probability[missing[i]];
      cumulative[i] = sum;
    }
    for (int i = 0; i < count; i++) {
      cumulative[i] /= sum;
    }
  }

  /** Looks the uniforms up, appends columns seen first to the order, returns its new length. */
  private int lookUp(int count, int[] order, int drawn) {
    int buckets = powerOfTwoFrom(count);
    fillGuide(count, buckets);
    int end = drawn;
    for (int i = 0; i < count; i++) {
      double u = uniform[i];
      int at = guide[(int) (u * buckets)];
      while (cumulative[at] <= u) {
        at++;
      }
      int column = missing[at];
      if (!found[column]) {
        found[column] = true;
        order[end++] = column;
      }
    }
    return end;
  }

  /**
   * {@code guide[b]}: the first position whose cumulative share exceeds b / buckets. With a power
   * of two the scaling is exact, so a look-up begun there ends where a binary search would.
   */
  private void fillGuide(int count, int buckets) {
    int next = 0;
    for (int i = 0; i < count && next < buckets; i++) {
      double limit = cumulative[i] * buckets;
      while (next < limit && next < buckets) {
        guide[next++] = i;
      }
    }
  }

  private void dropFound(int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int column = missing[i];
      if (!found[column]) {
        missing[kept++] = column;
      }
    }
  }

  private static int powerOfTwoFrom(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
