package io.github.parewire.rewire;

import java.util.Arrays;

/**
 * The order that numpy's {@code Generator.choice(m, size=m, replace=False, p=p)} draws, bit for
 * bit.
 *
 * <p>numpy draws in rounds. A round draws as many uniforms as columns are missing, looks each up in
 * the cumulative sum of p (where columns already found count nothing) divided by its last entry,
 * and keeps first occurrences in the order drawn. As adding zero changes no sum, a round here
 * touches the missing columns only: about 1.6 m steps in all.
 */
public final class ReferenceSampler implements Sampler {

  private final int columns;
  private final double offset;

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
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   */
  public ReferenceSampler(int columns) {
    this(columns, RewiringRule.AUTHORS_OFFSET);
  }

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   * @param offset what is added to strengths that are 0 or more
   */
  ReferenceSampler(int columns, double offset) {
    this.columns = columns;
    this.offset = offset;
    missing = new int[columns];
    probability = new double[columns];
    open = new byte[columns];
    table = new CumulativeTable(columns);
    fractions = new long[columns];
    drawn = new int[columns + 1];
  }

  @Override
  public void draw(double[] strength, UniformSource random, int[] order) {
    Attachment.probabilities(strength, offset, probability);
    // In the first round nothing is missing, so that positions are columns.
    int found = drawRound(random, columns, 0);
    int left = dropFoundFirst();
    while (left > 0) {
      int end = drawRound(random, left, found);
      for (int i = found; i < end; i++) {
        drawn[i] = missing[drawn[i]];
      }
      found = end;
      left = dropFound(left);
    }
    System.arraycopy(drawn, 0, order, 0, columns);
  }

  /** Appends the positions of columns found to {@code drawn} and returns its new end. */
  private int drawRound(UniformSource random, int left, int from) {
    table.build(probability, left);
    random.fill(fractions, left);
    Arrays.fill(open, 0, left, (byte) 1);
    return table.firstOccurrences(fractions, left, open, drawn, from);
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
