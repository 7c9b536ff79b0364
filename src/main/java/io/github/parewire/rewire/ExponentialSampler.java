package io.github.parewire.rewire;

/**
 * Draws an order by sorting the columns by E / p, with an independent standard exponential E for
 * each: the same distribution as drawing without replacement with probabilities p (Efraimidis and
 * Spirakis, "Weighted random sampling with a reservoir", 2006; the Plackett-Luce law).
 *
 * <p>Column j takes the row's j-th uniform u, and E = -log(1 - u) by {@link StrictMath}, so that
 * one seed gives one order on every machine.
 */
public final class ExponentialSampler implements Sampler {

  private static final double UNIT = 0x1.0p-53;

  private final double[] probability;
  private final long[] fractions;
  private final double[] keys;
  private final int[] scratch;

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   */
  public ExponentialSampler(int columns) {
    probability = new double[columns];
    fractions = new long[columns];
    keys = new double[columns];
    scratch = new int[columns];
  }

  @Override
  public void draw(double[] strength, UniformSource random, int[] order) {
    Attachment.probabilities(strength, probability);
    random.fill(fractions, keys.length);
    for (int i = 0; i < keys.length; i++) {
      keys[i] = -StrictMath.log1p(-fractions[i] * UNIT) / probability[i];
      order[i] = i;
    }
    sortByKey(order);
  }

  /** A merge sort, from short runs up: columns of equal keys stay in order. */
  private void sortByKey(int[] order) {
    int[] from = order;
    int[] to = scratch;
    for (int width = 1; width < order.length; width *= 2) {
      for (int start = 0; start < order.length; start += 2 * width) {
        int middle = Math.min(start + width, order.length);
        merge(from, start, middle, Math.min(middle + width, order.length), to);
      }
      int[] merged = to;
      to = from;
      from = merged;
    }
    if (from != order) {
      System.arraycopy(from, 0, order, 0, order.length);
    }
  }

  private void merge(int[] from, int start, int middle, int end, int[] to) {
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takesLeft = left < middle && (right >= end || keys[from[left]] <= keys[from[right]]);
      to[i] = takesLeft ? from[left++] : from[right++];
    }
  }
}
