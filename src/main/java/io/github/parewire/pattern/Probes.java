package io.github.parewire.pattern;

import java.util.Arrays;

/**
 * What a reference names at a few places of a shape, evenly spread, to look at before all are. Made
 * when they are asked for, and once for all grids of the shape. Not thread-safe.
 */
final class Probes {

  /** Places to look at first. */
  static final int FEW = 24;

  private static final int MANY = 256;

  private final Reference reference;
  private int[] few = {};
  private int[] many = {};

  Probes(Reference reference) {
    this.reference = reference;
  }

  /** The reference that these are of. */
  Reference reference() {
    return reference;
  }

  /** The first {@link #FEW} places for which one is named, each followed by that one. */
  int[] few(WeightGrid grid) {
    if (few.length == 0) {
      few = pairs(grid, FEW);
    }
    return few;
  }

  /** All places to look at for which one is named, each followed by that one. */
  int[] many(WeightGrid grid) {
    if (many.length == 0) {
      many = pairs(grid, Integer.MAX_VALUE);
    }
    return many;
  }

  private int[] pairs(WeightGrid grid, int most) {
    // An odd step meets every kind of place of an even shape.
    int step = Math.max(1, grid.size() / MANY) | 1;
    int[] pairs = new int[2 * Math.min(most, grid.size() / step + 1)];
    int filled = 0;
    int[] index = new int[grid.rank()];
    for (int place = 0; place < grid.size() && filled < pairs.length; place += step) {
      for (int axis = 0; axis < index.length; axis++) {
        index[axis] = grid.index(place, axis);
      }
      int named = reference.place(index, grid);
      if (named >= 0) {
        pairs[filled++] = place;
        pairs[filled++] = named;
      }
    }
    return Arrays.copyOf(pairs, filled);
  }
}
