package io.github.parewire.result;

import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * How values were distributed before and after, in bins of one width, the same for both.
 *
 * @param low lower edge of the first bin
 * @param high upper edge of the last bin, which holds it too
 * @param before values in each bin
 * @param after values in each bin
 */
public record Histogram(double low, double high, List<Integer> before, List<Integer> after) {

  private static final int LEAST_BINS = 8;
  private static final int MOST_BINS = 48;

  /** Copies its arguments. */
  public Histogram {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /**
   * Counts values.
   *
   * @param before finite, at least one
   * @param after finite
   * @return how many are in each bin
   */
  public static Histogram of(DoubleStream before, DoubleStream after) {
    double[] first = before.toArray();
    double[] second = after.toArray();
    DoubleSummaryStatistics all =
        DoubleStream.concat(DoubleStream.of(first), DoubleStream.of(second)).summaryStatistics();
    double low = all.getMin();
    double high = all.getMax();
    if (low == high) {
      double margin = low == 0 ? 1 : Math.abs(low) / 2;
      low -= margin;
      high += margin;
    }
    int bins = bins(first.length);
    return new Histogram(
        low, high, counts(first, low, high, bins), counts(second, low, high, bins));
  }

  /** The fewer the values, the wider the bins, or most would be empty. */
  private static int bins(int values) {
    return (int) Math.max(LEAST_BINS, Math.min(MOST_BINS, 2 * Math.sqrt(values)));
  }

  private static List<Integer> counts(double[] values, double low, double high, int bins) {
    List<Integer> counts = new ArrayList<>(Collections.nCopies(bins, 0));
    for (double value : values) {
      int bin = (int) Math.min(bins - 1, (value - low) / (high - low) * bins);
      counts.set(bin, counts.get(bin) + 1);
    }
    return counts;
  }
}
