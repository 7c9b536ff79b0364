package io.github.parewire.pattern;

import java.util.Arrays;

/**
 * Looks in very small tensors for a table's round numbers: 0, 1 and -1 among weights that are not
 * round. Draws are hardly ever exactly so, and it is too few weights for any other test.
 */
final class SmallTableEvidence {

  private static final int LARGEST = 16;

  /** Whoever writes weights by hand writes such fractions. */
  private static final int ROUND = 1000;

  /** Enough to be told of. */
  private static final double BITS = 5;

  private SmallTableEvidence() {}

  /** What the weights show. */
  static Evidence of(WeightGrid grid) {
    if (grid.size() > LARGEST) {
      return Evidence.NONE;
    }
    double[] weights = grid.weights();
    long exact = Arrays.stream(weights).filter(w -> w == 0 || Math.abs(w) == 1).count();
    long odd =
        Arrays.stream(weights).filter(w -> Math.rint(w * ROUND) != (float) (w * ROUND)).count();
    return exact > 0 && odd > 0
        ? new Evidence(BITS, 1, "it has exactly 0 or 1 among other weights")
        : Evidence.NONE;
  }
}
