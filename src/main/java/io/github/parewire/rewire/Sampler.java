package io.github.parewire.rewire;

/**
 * Draws the columns of one row in the order in which they receive its weights, smallest weight
 * first.
 *
 * <p>Every sampler draws all columns without replacement, a column's chance among the missing ones
 * being its share of {@code p = s + |min(s)| + 1}, with s the columns' strengths so far (the
 * paper's preferential attachment; a rule may have another offset than 1). {@link GreedySelection}
 * alone leaves nothing to chance. A sampler holds work space: one a thread.
 */
public sealed interface Sampler permits ReferenceSampler, ExponentialSampler, GreedySelection {

  /**
   * Draws one order of all columns.
   *
   * @param strength the strength of each column, [inputs]; left as it is
   * @param random where to draw uniforms from
   * @param order receives the columns in the order drawn, [inputs]
   * @throws ArithmeticException if a strength is so large that p overflows or vanishes
   */
  void draw(double[] strength, UniformSource random, int[] order);
}
