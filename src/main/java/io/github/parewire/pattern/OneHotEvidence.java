package io.github.parewire.pattern;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Looks for lines of which each has one weight that is not 0: identities, selectors, deltas. The
 * evidence is exact: it counts in how many of their orders the weights would show the same.
 */
final class OneHotEvidence {

  /** Patterns that are looked for, of which one is found by chance the sooner. */
  private static final double TRIED = Evidence.log2(8);

  /** With so few weights one in each line, of any value, is taken for what it looks like. */
  private static final int FEW = 16;

  private final WeightGrid grid;

  /** The places of the weights that are not 0. */
  private final int[] places;

  private OneHotEvidence(WeightGrid grid) {
    this.grid = grid;
    places = IntStream.range(0, grid.size()).filter(i -> grid.symbol(i) != 0).toArray();
  }

  /** What the lines across each axis, and across each two, show. */
  static Evidence of(WeightGrid grid) {
    int nonZeros = grid.size() - grid.zeros();
    return nonZeros == 0 || nonZeros > grid.size() / 2
        ? Evidence.NONE
        : new OneHotEvidence(grid).best();
  }

  private Evidence best() {
    Evidence best = Evidence.NONE;
    for (int a = 0; a < grid.rank(); a++) {
      if (isOneHot(a)) {
        best = best.or(evidence(linesWithOne(a), hasOneEach(a)));
        for (int b = 0; b < a; b++) {
          if (isOneHot(b)) {
            best = best.or(evidence(onDiagonal(a, b), hasOneEach(a) || hasOneEach(b)));
          }
        }
      }
    }
    return best;
  }

  private Evidence evidence(double log2Orders, boolean hasOneEach) {
    int count = places.length;
    // Signs of draws are chance, too.
    double signs = hasOneValue() ? count - 1 : 0;
    double bits = log2Choose(grid.size(), count) - log2Orders + signs - TRIED;
    return new Evidence(
        hasOneEach && (grid.size() <= FEW || (count > 2 && hasOneValue()))
            ? Double.POSITIVE_INFINITY
            : bits,
        1,
        "in each line one weight is not 0");
  }

  private boolean hasOneValue() {
    return Arrays.stream(places).map(grid::symbol).distinct().count() == 1;
  }

  /** Whether no two weights share an index on an axis. */
  private boolean isOneHot(int axis) {
    return places.length <= grid.dim(axis)
        && Arrays.stream(places).map(place -> grid.index(place, axis)).distinct().count()
            == places.length;
  }

  private boolean hasOneEach(int axis) {
    return places.length == grid.dim(axis);
  }

  /** Orders with at most one weight in each line across an axis, at one offset if that is so. */
  private double linesWithOne(int axis) {
    int lines = grid.dim(axis);
    boolean isOneOffset =
        Arrays.stream(places)
                .map(place -> place - grid.index(place, axis) * grid.stride(axis))
                .distinct()
                .count()
            == 1;
    return log2Choose(lines, places.length)
        + (isOneOffset ? 1 : places.length) * Evidence.log2((double) grid.size() / lines);
  }

  /** Orders with at most one weight for each index on two axes, equal ones if that is so. */
  private double onDiagonal(int a, int b) {
    int count = places.length;
    int rows = grid.dim(a);
    int columns = grid.dim(b);
    boolean isDiagonal = Arrays.stream(places).allMatch(p -> grid.index(p, a) == grid.index(p, b));
    boolean isOneOffset =
        Arrays.stream(places)
                .map(p -> p - grid.index(p, a) * grid.stride(a) - grid.index(p, b) * grid.stride(b))
                .distinct()
                .count()
            == 1;
    double pairs =
        isDiagonal
            ? log2Choose(Math.min(rows, columns), count)
            : log2Choose(rows, count) + log2Choose(columns, count) + log2Factorial(count);
    return pairs + (isOneOffset ? 1 : count) * Evidence.log2((double) grid.size() / rows / columns);
  }

  private static double log2Choose(int of, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToDouble(i -> Evidence.log2((double) (of - count + i) / i))
        .sum();
  }

  private static double log2Factorial(int count) {
    return IntStream.rangeClosed(1, count).mapToDouble(Evidence::log2).sum();
  }
}
