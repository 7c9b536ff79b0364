package io.github.parewire.pattern;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Looks for lines of weights that are equal, or one the other's negative. By chance two lines agree
 * with a probability that falls with their length, and the number of pairs that do is above {@code
 * 2^bits} times its mean with a probability of at most {@code 2^-bits} (Markov's inequality).
 */
final class RepeatEvidence {

  /** Shorter lines agree by chance too often to say anything. */
  private static final int SHORTEST = 2;

  /** Weights of a line to look at: of so many, two lines of draws do not agree. */
  private static final int LONGEST = 32;

  /** Weights of a line to look at first. */
  private static final int BEGIN = 4;

  private RepeatEvidence() {}

  /** What the lines across each axis, and across each two, show. */
  static Evidence of(WeightGrid grid) {
    Evidence best = Evidence.NONE;
    for (int a = 0; a < grid.rank(); a++) {
      for (int b = a; b < grid.rank(); b++) {
        best = best.or(lines(grid, a, b));
      }
    }
    // Of some kinds of lines one shows the most by chance, too.
    return best.less(Evidence.log2(grid.rank() * (grid.rank() + 1) / 2.0));
  }

  /** What the lines across the first axis show. */
  static Evidence ofRows(WeightGrid grid) {
    return lines(grid, 0, 0);
  }

  /** The probability that two weights, drawn from all without putting back, are equal. */
  private static double collision(WeightGrid grid) {
    long[] counts = new long[2 * WeightGrid.SIZES];
    for (int i = 0; i < grid.size(); i++) {
      counts[WeightGrid.SIZES + grid.symbol(i)]++;
    }
    double pairs = Arrays.stream(counts).mapToDouble(count -> count * (count - 1.0)).sum();
    return pairs / grid.size() / (grid.size() - 1.0);
  }

  /** Lines of weights that share their index on axis a, and on axis b. */
  private static Evidence lines(WeightGrid grid, int a, int b) {
    int count = a == b ? grid.dim(a) : grid.dim(a) * grid.dim(b);
    int length = Math.min(LONGEST, grid.size() / count);
    if (length < SHORTEST) {
      return Evidence.NONE;
    }
    int[] starts = places(grid, axis -> axis == a || axis == b);
    int[] steps = places(grid, axis -> axis != a && axis != b);
    // Two lines of draws differ soon.
    long[] begins = hashes(grid, starts, steps, length, Math.min(BEGIN, length));
    return hasEqual(begins)
        ? evidence(grid, hashes(grid, starts, steps, length, length), length)
        : Evidence.NONE;
  }

  /**
   * Hashes of lines that are equal if the lines are equal or opposite.
   *
   * @param length how many weights of a line to look at, evenly spread
   * @param count how many of these, from the first on
   */
  private static long[] hashes(WeightGrid grid, int[] starts, int[] steps, int length, int count) {
    int[] spread = new int[count];
    for (int i = 0; i < count; i++) {
      spread[i] = steps[(int) ((long) i * steps.length / length)];
    }
    long[] hashes = new long[starts.length];
    for (int line = 0; line < starts.length; line++) {
      long hash = 0;
      int sign = 0;
      for (int step : spread) {
        int symbol = grid.symbol(starts[line] + step);
        sign = sign == 0 ? Integer.signum(symbol) : sign;
        hash = mix(hash + (long) symbol * sign);
      }
      hashes[line] = hash;
    }
    Arrays.sort(hashes);
    return hashes;
  }

  private static boolean hasEqual(long[] sorted) {
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        return true;
      }
    }
    return false;
  }

  /** The places that have index 0 on all axes but some. */
  private static int[] places(WeightGrid grid, IntPredicate isFree) {
    int[] places = {0};
    for (int axis = 0; axis < grid.rank(); axis++) {
      if (isFree.test(axis)) {
        int size = grid.dim(axis);
        int[] more = new int[places.length * size];
        for (int i = 0; i < more.length; i++) {
          more[i] = places[i / size] + i % size * grid.stride(axis);
        }
        places = more;
      }
    }
    return places;
  }

  /** A step of SplitMix64: lines that differ agree in 64 bits by a miracle only. */
  private static long mix(long value) {
    long mixed = value + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  private static Evidence evidence(WeightGrid grid, long[] hashes, int length) {
    double pairs = 0;
    int repeated = 0;
    int from = 0;
    for (int i = 1; i <= hashes.length; i++) {
      if (i == hashes.length || hashes[i] != hashes[from]) {
        double alike = i - from;
        pairs += alike * (alike - 1) / 2;
        repeated += alike > 1 ? i - from : 0;
        from = i;
      }
    }
    if (pairs == 0) {
      return Evidence.NONE;
    }
    double all = hashes.length * (hashes.length - 1.0) / 2;
    // Equal, or opposite.
    double expected = Math.log(2 * all) + length * Math.log(collision(grid));
    return new Evidence(
        (Math.log(pairs) - expected) / Math.log(2),
        (double) repeated / hashes.length,
        repeated + " of " + hashes.length + " lines are others' copies or negatives");
  }
}
