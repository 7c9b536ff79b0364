package io.github.parewire.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.testing.Seeds;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Look-ups against numpy's searchsorted, written plainly. */
final class CumulativeTableTest {

  private static final double UNIT = 0x1.0p-53;
  private static final long LAST = (1L << 53) - 1;

  /** {@code numpy.searchsorted(cumsum(weights) / sum, u, side="right")}. */
  private static int searchSorted(double[] weights, int count, double u) {
    double[] share = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
      share[i] = sum;
    }
    int at = 0;
    while (at < count && share[at] / sum <= u) {
      at++;
    }
    return at;
  }

  /** Each fraction by itself, so that none is left out for having been found before. */
  private static void assertLooksUp(double[] weights, int count, long... fractions) {
    CumulativeTable table = new CumulativeTable(weights.length);
    table.build(weights, count);
    for (long fraction : fractions) {
      byte[] open = new byte[count];
      Arrays.fill(open, (byte) 1);
      int[] order = new int[2];
      assertEquals(1, table.firstOccurrences(new long[] {fraction}, 1, open, order, 0));
      assertEquals(searchSorted(weights, count, fraction * UNIT), order[0], "fraction " + fraction);
      assertEquals(0, open[order[0]]);
    }
  }

  /** The fractions around each share, where one bit decides, and some others. */
  private static long[] critical(double[] weights, int count, Random random) {
    long[] fractions = new long[3 * count + 40];
    double total = Arrays.stream(weights, 0, count).sum();
    double sum = 0;
    int at = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
      long share = Math.round(Math.min(1, sum / total) * 0x1.0p53);
      for (long near = share - 1; near <= share + 1; near++) {
        fractions[at++] = Math.max(0, Math.min(LAST, near));
      }
    }
    fractions[at++] = 0;
    fractions[at++] = LAST;
    while (at < fractions.length) {
      fractions[at++] = random.nextLong() & LAST;
    }
    return fractions;
  }

  private static void assertLooksUp(IntToDoubleFunction weight) {
    Random random = Seeds.random("table");
    for (int count : new int[] {1, 2, 3, 4, 5, 12, 13, 26, 51, 52, 103, 500, 2000}) {
      double[] weights = new double[count];
      Arrays.setAll(weights, weight);
      assertLooksUp(weights, count, critical(weights, count, random));
    }
  }

  @Test
  void equalWeights() {
    assertLooksUp(i -> 1);
  }

  @Test
  void weightsOfSomeSpread() {
    Random random = Seeds.random("spread");
    assertLooksUp(i -> 0.1 + random.nextDouble());
  }

  /** Many shares crowd in one bucket, which the look-up walks through. */
  @Test
  void weightsOfAllMagnitudes() {
    Random random = Seeds.random("magnitudes");
    assertLooksUp(i -> Math.exp(30 * random.nextDouble()));
  }

  @Test
  void oneDominates() {
    assertLooksUp(i -> i == 1 ? 1e9 : 1e-9);
  }

  /** Less than the capacity, as in the later rounds of a draw; twice over the same memory. */
  @Test
  void fewerThanTheCapacity() {
    double[] weights = new double[300];
    Random random = Seeds.random("fewer");
    Arrays.setAll(weights, i -> random.nextDouble() + 0.01);
    for (int count : new int[] {300, 200, 17, 1}) {
      assertLooksUp(weights, count, critical(weights, count, random));
    }
  }

  @Test
  void keepsFirstOccurrencesInTheirOrder() {
    CumulativeTable table = new CumulativeTable(4);
    table.build(new double[] {1, 1, 1, 1}, 4);
    long quarter = 1L << 51;
    long[] fractions = {3 * quarter, 0, 3 * quarter + 5, 1, quarter, 0};
    byte[] open = {1, 1, 1, 1};
    int[] order = new int[8];
    int end = table.firstOccurrences(fractions, fractions.length, open, order, 2);
    assertEquals(5, end);
    assertArrayEquals(new int[] {3, 0, 1}, Arrays.copyOfRange(order, 2, end));
    assertArrayEquals(new byte[] {0, 0, 1, 0}, open);
  }
}
