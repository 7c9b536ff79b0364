package io.github.parewire.rewire;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/**
 * numpy's {@code choice(m, size=m, replace=False, p=p)}, translated word by word: the slow twin of
 * {@link ReferenceSampler}.
 */
final class NumpyChoice {

  private NumpyChoice() {}

  /** Draws all columns for strengths. */
  static int[] draw(double[] strength, DoubleSupplier random) {
    double[] p = probabilities(strength);
    int size = p.length;
    int[] found = new int[size];
    int uniques = 0;
    while (uniques < size) {
      double[] x = new double[size - uniques];
      Arrays.setAll(x, i -> random.getAsDouble());
      for (int i = 0; i < uniques; i++) {
        p[found[i]] = 0;
      }
      double[] cdf = p.clone();
      for (int i = 1; i < size; i++) {
        cdf[i] += cdf[i - 1];
      }
      double last = cdf[size - 1];
      for (int i = 0; i < size; i++) {
        cdf[i] /= last;
      }
      boolean[] seen = new boolean[size];
      for (double u : x) {
        int at = searchSortedRight(cdf, u);
        if (!seen[at]) {
          seen[at] = true;
          found[uniques++] = at;
        }
      }
    }
    return found;
  }

  private static double[] probabilities(double[] strength) {
    double minimum = Arrays.stream(strength).min().orElseThrow();
    double[] p = new double[strength.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = strength[i] + Math.abs(minimum) + 1;
    }
    double sum = PairwiseSum.of(p, 0, p.length);
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** The first index whose value is above u. */
  private static int searchSortedRight(double[] ascending, double u) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] <= u) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
