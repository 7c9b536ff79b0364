package io.github.parewire.rewire;

import io.github.parewire.numpy.UniformSource;
import io.github.parewire.options.Selection;

/**
 * Puts the columns of one row into the order in which they receive its weights, smallest weight
 * first.
 *
 * <p>A drawing sampler draws all columns without replacement, a column's chance among the missing
 * ones being its share of {@code p = s + |min(s)| + 1}, with s the columns' strengths so far (the
 * paper's preferential attachment; a rule may have another offset than 1). {@link GreedyOrder}
 * alone draws nothing. A sampler holds work space: one a thread.
 */
sealed interface Sampler permits ReferenceSampler, ExponentialSampler, GreedyOrder {

  /**
   * A sampler for rows of one length.
   *
   * @param selection what it follows
   * @param columns number of inputs
   */
  static Sampler of(Selection.ByStrength selection, int columns) {
    if (selection instanceof Selection.Draw draw) {
      return switch (draw.sampler()) {
        case REFERENCE -> new ReferenceSampler(columns, draw.offset());
        case EXPONENTIAL -> new ExponentialSampler(columns, draw.offset());
      };
    }
    return new GreedyOrder(columns);
  }

  /**
   * Puts all columns into an order.
   *
   * @param strength the strength of each column, [inputs]; left as it is
   * @param random where to draw uniforms from
   * @param order receives the columns in their order, [inputs]
   * @throws ArithmeticException if a strength is so large that p overflows or vanishes
   */
  void draw(double[] strength, UniformSource random, int[] order);
}
