package io.github.parewire.pattern;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Looks in small tensors for lines whose weights sum up to 0 or 1, as those of colour matrices and
 * of filters do, and for lines of few sizes of weights that are orthogonal, as those of wavelets
 * are. How many are so by chance is found out by shuffling (a permutation test).
 */
final class ShuffleEvidence {

  /** More weights than a matrix of these kinds has. */
  private static final int LARGEST = 256;

  /** Of so few weights one line is enough, elsewhere half of all lines. */
  private static final int FEW = 16;

  private static final int SHUFFLES = 1000;

  /** Of shuffles that show as much: then chance does. */
  private static final int ENOUGH = 20;

  /** The tables of colour spaces have five digits. */
  private static final double ROUNDING = 3e-5;

  /** Weights for each size of weights, at least, in a wavelet. */
  private static final int FEWER_SIZES = 4;

  /** Counts lines, or pairs of lines, of a kind. */
  private interface Count {
    int of(double[][] lines);
  }

  private final WeightGrid grid;
  private final int axis;

  private ShuffleEvidence(WeightGrid grid, int axis) {
    this.grid = grid;
    this.axis = axis;
  }

  /** What the lines across the first and the last axis show. */
  static Evidence of(WeightGrid grid) {
    return grid.size() > LARGEST || grid.rank() < 2
        ? Evidence.NONE
        : new ShuffleEvidence(grid, 0).best().or(new ShuffleEvidence(grid, grid.rank() - 1).best());
  }

  private Evidence best() {
    int count = grid.dim(axis);
    int pairs = count * (count - 1) / 2;
    boolean isOfFewSizes =
        FEWER_SIZES * Arrays.stream(grid.symbols()).map(Math::abs).distinct().count()
            <= grid.size();
    Evidence sums = evidence(ShuffleEvidence::knownSums, count, "its lines sum up to 0 or 1");
    return isOfFewSizes && count > 2
        ? sums.or(
            evidence(
                ShuffleEvidence::orthogonal, pairs, "its lines are orthogonal, and of few sizes"))
        : sums;
  }

  private Evidence evidence(Count count, int all, String what) {
    double[] weights = grid.weights();
    int found = count.of(lines(weights));
    if (found == 0 || (2 * found < all && grid.size() > FEW)) {
      return Evidence.NONE;
    }
    Pcg64 random = SeedSequence.of(BigInteger.ZERO).generator();
    int shuffles = 0;
    int asMany = 0;
    while (shuffles < SHUFFLES && asMany < ENOUGH) {
      shuffle(weights, random);
      asMany += count.of(lines(weights)) >= found ? 1 : 0;
      shuffles++;
    }
    double bits = Evidence.log2((shuffles + 1.0) / (asMany + 1));
    return new Evidence(bits, (double) found / all, what);
  }

  private static void shuffle(double[] weights, Pcg64 random) {
    for (int i = weights.length - 1; i > 0; i--) {
      int other = (int) (random.nextDouble() * (i + 1));
      double weight = weights[i];
      weights[i] = weights[other];
      weights[other] = weight;
    }
  }

  private double[][] lines(double[] weights) {
    double[][] lines = new double[grid.dim(axis)][weights.length / grid.dim(axis)];
    int[] filled = new int[lines.length];
    for (int i = 0; i < weights.length; i++) {
      int line = grid.index(i, axis);
      lines[line][filled[line]++] = weights[i];
    }
    return lines;
  }

  private static int knownSums(double[][] lines) {
    return (int)
        Arrays.stream(lines)
            .filter(
                line -> {
                  double sum = Arrays.stream(line).sum();
                  double size = Arrays.stream(line).map(Math::abs).sum();
                  return size > 0 && Math.min(Math.abs(sum), Math.abs(sum - 1)) <= ROUNDING * size;
                })
            .count();
  }

  private static int orthogonal(double[][] lines) {
    int found = 0;
    for (int a = 0; a < lines.length; a++) {
      for (int b = 0; b < a; b++) {
        found +=
            Math.abs(product(lines[a], lines[b])) <= ROUNDING * norm(lines[a], lines[b]) ? 1 : 0;
      }
    }
    return found;
  }

  private static double norm(double[] a, double[] b) {
    return Math.sqrt(product(a, a) * product(b, b));
  }

  private static double product(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
