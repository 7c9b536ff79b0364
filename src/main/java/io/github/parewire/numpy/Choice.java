package io.github.parewire.numpy;

import java.util.Arrays;

/**
 * numpy's {@code Generator.choice(m, size=m, replace=False, p=p)}, bit for bit. Holds work space:
 * one a thread.
 *
 * <p>numpy draws in rounds. A round draws as many uniforms as columns are missing, looks each up in
 * the cumulative sum of p (where columns already found count nothing) divided by its last entry,
 * and keeps first occurrences in the order drawn. As adding zero changes no sum, a round here
 * touches the missing columns only: about 1.6 m steps in all.
 */
public final class Choice {

  private final int columns;

  /** The missing columns, ascending. */
  private final int[] missing;

  /** The probability of each missing column. */
  private final double[] probability;

  /** Whether the missing column at a position has not been found in this round: 1 or 0. */
  private final byte[] open;

  private final CumulativeTable table;
  private final long[] fractions;

  /** The order, and a place to spare. */
  private final int[] drawn;

  /**
   * Makes work space.
   *
   * @param columns how many there are to choose, 1 or more
   */
  public Choice(int columns) {
    this.columns = columns;
    missing = new int[columns];
    probability = new double[columns];
    open = new byte[columns];
    table = new CumulativeTable(columns);
    fractions = new long[columns];
    drawn = new int[columns + 1];
  }

  /** Where the probabilities p go before a draw, [columns]: positive, their sum 1. */
  public double[] probability() {
    return probability;
  }

  /**
   * Chooses all columns, by {@link #probability}, of which nothing is left then.
   *
   * @param random where to draw uniforms from
   * @param order receives the columns in the order drawn, [columns]
   */
  public void draw(UniformSource random, int[] order) {
    // In the first round nothing is missing, so that positions are columns.
    int found = drawRound(random, columns, 0);
    int remaining = dropFoundFirst();
    while (remaining > 0) {
      int end = drawRound(random, remaining, found);
      for (int i = found; i < end; i++) {
        drawn[i] = missing[drawn[i]];
      }
      found = end;
      remaining = dropFound(remaining);
    }
    System.arraycopy(drawn, 0, order, 0, columns);
  }

  /** Appends the positions of columns found to {@code drawn} and returns its new end. */
  private int drawRound(UniformSource random, int count, int from) {
    table.build(probability, count);
    random.fill(fractions, count);
    Arrays.fill(open, 0, count, (byte) 1);
    return table.firstOccurrences(fractions, count, open, drawn, from);
  }

  private int dropFoundFirst() {
    int kept = 0;
    for (int i = 0; i < columns; i++) {
      missing[kept] = i;
      probability[kept] = probability[i];
      kept += open[i];
    }
    return kept;
  }

  private int dropFound(int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      missing[kept] = missing[i];
      probability[kept] = probability[i];
      kept += open[i];
    }
    return kept;
  }
}
