package io.github.parewire.rewire;

import io.github.parewire.numpy.UniformSource;
import java.util.Arrays;

/**
 * Draws an order by sorting the columns by E / p, with an independent standard exponential E for
 * each: the same distribution as drawing without replacement with probabilities p (Efraimidis and
 * Spirakis, "Weighted random sampling with a reservoir", 2006; the Plackett-Luce law).
 *
 * <p>Column j takes the row's j-th uniform u, and E = -log(1 - u). {@link ExponentialKeys} says
 * what makes one seed give one order on every machine.
 */
final class ExponentialSampler implements Sampler {

  /** Bits below the key for the number of a column. */
  private static final int COLUMN_BITS = Integer.SIZE - 1;

  private final double offset;
  private final double[] attachment;
  private final long[] fractions;
  private final long[] keys;

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   * @param offset what is added to strengths that are 0 or more
   */
  ExponentialSampler(int columns, double offset) {
    this.offset = offset;
    attachment = new double[columns];
    fractions = new long[columns];
    keys = new long[columns];
  }

  @Override
  public void draw(double[] strength, UniformSource random, int[] order) {
    Attachment.of(strength, offset, attachment);
    random.fill(fractions, keys.length);
    for (int i = 0; i < keys.length; i++) {
      long key = ExponentialKeys.key(ExponentialKeys.exponential(fractions[i]), attachment[i]);
      // The key takes up the sign bit: unsigned order becomes signed order.
      keys[i] = (key << COLUMN_BITS | i) ^ Long.MIN_VALUE;
    }
    Arrays.sort(keys);
    for (int k = 0; k < keys.length; k++) {
      order[k] = (int) keys[k] & Integer.MAX_VALUE;
    }
  }
}
