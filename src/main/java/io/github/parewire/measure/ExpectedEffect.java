package io.github.parewire.measure;

/**
 * What rewiring is expected to leave of a layer's strength variance, from the weights' scale alone.
 *
 * <p>A neuron whose strength is above the mean by a fraction e of the attachment weight (1 plus the
 * size of the least strength) gets a weight that is lower by {@code PULL * e} standard deviations
 * d, on average. So strengths are pulled back to their mean at the rate {@code PULL * d / (1 +
 * |min|)} a line while the lines' weights scatter them by d each, and after n lines their variance
 * is {@code (1 - exp(-2 x)) / (2 x)} of what it is without the pull, where x is rate times n. With
 * another offset than 1 the weights count in units of it. Compared with simulated layers of 16 x 16
 * to 512 x 32 it is right to 0.07.
 */
public final class ExpectedEffect {

  private static final double PULL = 0.9;

  /** The least strength depends on the variance that is left; five steps settle both. */
  private static final int STEPS = 5;

  private ExpectedEffect() {}

  /**
   * The part of the neurons' strength variance that stays.
   *
   * @param standardDeviation of the weights, divided by the rule's offset
   * @param neurons number of neurons on the one side
   * @param lines number of weights of each, one a line
   */
  public static double kept(double standardDeviation, long neurons, long lines) {
    double least = Math.sqrt(2 * Math.log(Math.max(2.0, (double) neurons)));
    double kept = 1;
    for (int step = 0; step < STEPS; step++) {
      double attachment = 1 + least * standardDeviation * Math.sqrt(lines * kept);
      double pulled = PULL * standardDeviation * lines / attachment;
      kept = pulled == 0 ? 1 : -Math.expm1(-2 * pulled) / (2 * pulled);
    }
    return kept;
  }
}
