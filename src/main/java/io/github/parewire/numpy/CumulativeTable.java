package io.github.parewire.numpy;

/**
 * Looks uniform numbers up in cumulative shares: {@code numpy.searchsorted(shares, u, "right")} in
 * constant time, without a branch that depends on u.
 *
 * <p>All numbers are multiplied by 2<sup>53</sup>. A uniform then is a whole number k below
 * 2<sup>53</sup>, and a share c is not above it if and only if {@code ceil(c)}, its threshold, is
 * not. The range is cut into a power of two of equal buckets, so the upper bits of k are its bucket
 * and the {@code shift} lower bits its place in it. A bucket's entry holds the number n of
 * thresholds before the bucket and the place of the first threshold inside as
 *
 * <pre>{@code n * 2^shift + (2^shift - place)}</pre>
 *
 * so that the sum of the entry and the place of k carries into n + 1 exactly from the threshold on.
 * A bucket without a threshold holds {@code n * 2^shift}, from which nothing carries; one with
 * several is marked by the sign bit, and the look-up walks on from the first.
 */
final class CumulativeTable {

  private static final int BITS = 53;
  private static final long SEVERAL = Long.MIN_VALUE;

  /** Empty buckets filled at a time, whether or not there are as many: a branch would cost more. */
  private static final int GAP = 3;

  /** Thresholds, ascending; whole numbers of at most 2^53. */
  private final double[] thresholds;

  private final long[] entries;
  private int shift;

  /**
   * Makes room for tables.
   *
   * @param capacity the largest number of shares
   */
  CumulativeTable(int capacity) {
    thresholds = new double[capacity];
    entries = new long[(1 << bucketBits(capacity)) + GAP];
  }

  /** 1.25 to 2.5 times as many buckets as shares: few hold several thresholds then. */
  private static int bucketBits(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count + count / 4);
  }

  /**
   * Makes this the table of the cumulative sums of weights, divided by their sum.
   *
   * @param weights the weights, positive
   * @param count how many of them count, from the first on; at least one
   */
  void build(double[] weights, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
      thresholds[i] = sum;
    }
    for (int i = 0; i < count; i++) {
      thresholds[i] = Math.ceil(thresholds[i] / sum * 0x1.0p53);
    }
    fillEntries(count);
  }

  private void fillEntries(int count) {
    shift = BITS - bucketBits(count);
    long full = 1L << shift;
    int next = 0;
    for (int i = 0; i < count; i++) {
      long threshold = (long) thresholds[i];
      int bucket = (int) (threshold >>> shift);
      if (bucket < next) {
        entries[bucket] |= SEVERAL;
      } else {
        long before = (long) i << shift;
        // Most gaps are shorter than this; what is written too far is overwritten in its turn.
        entries[next] = before;
        entries[next + 1] = before;
        entries[next + 2] = before;
        for (int empty = next + GAP; empty < bucket; empty++) {
          entries[empty] = before;
        }
        entries[bucket] = before + full - (threshold & (full - 1));
        next = bucket + 1;
      }
    }
  }

  /**
   * Looks uniforms up and keeps what is found for the first time.
   *
   * @param fractions uniforms times 2^53
   * @param count number of uniforms
   * @param open 1 for a position not yet found, then 0
   * @param order receives the positions found first, in order
   * @param from where to begin in {@code order}; one spare place is overwritten after the last
   * @return the end of what was written
   */
  int firstOccurrences(long[] fractions, int count, byte[] open, int[] order, int from) {
    long[] table = entries;
    int bits = shift;
    long mask = (1L << bits) - 1;
    int end = from;
    for (int i = 0; i < count; i++) {
      long fraction = fractions[i];
      long entry = table[(int) (fraction >>> bits)];
      int at = (int) (((entry & ~SEVERAL) + (fraction & mask)) >>> bits);
      if (entry < 0) {
        at = walk(at, fraction);
      }
      order[end] = at;
      end += open[at];
      open[at] = 0;
    }
    return end;
  }

  private int walk(int from, long fraction) {
    int at = from;
    while (thresholds[at] <= fraction) {
      at++;
    }
    return at;
  }
}
