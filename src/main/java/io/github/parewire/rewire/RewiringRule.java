package io.github.parewire.rewire;

/**
 * The rule that a matrix is rewired by: the authors' algorithm, and what may be changed in it.
 *
 * @param passes which passes to take
 * @param selection how strengths decide an order
 * @param sampler what draws; without a say in {@link SelectionKind#GREEDY}
 * @param offset the constant in {@code p = s + |min(s)| + offset}, above 0 and finite, 1 in the
 *     authors' algorithm; without a say in {@link SelectionKind#GREEDY}
 */
public record RewiringRule(
    Passes passes, SelectionKind selection, SamplerKind sampler, double offset) {

  /** The offset of the authors' algorithm. */
  public static final double AUTHORS_OFFSET = 1;

  /**
   * Checks its arguments.
   *
   * @throws IllegalArgumentException if the offset is not {@link #isOffset fit}
   */
  public RewiringRule {
    if (!isOffset(offset)) {
      throw new IllegalArgumentException("expected an offset above 0 and finite, found " + offset);
    }
  }

  /**
   * Whether a number will do as offset. Of 0 the weakest neuron would be drawn with the probability
   * 0, which drawing all without replacement can't do.
   */
  public static boolean isOffset(double number) {
    return number > 0 && number <= Double.MAX_VALUE;
  }

  /** The authors' algorithm, drawing with a sampler. */
  public static RewiringRule authors(SamplerKind sampler) {
    return new RewiringRule(Passes.BOTH, SelectionKind.DRAW, sampler, AUTHORS_OFFSET);
  }

  /**
   * What decides orders of lines of one length.
   *
   * @param columns number of weights in a line
   */
  Sampler createSampler(int columns) {
    return switch (selection) {
      case DRAW -> sampler.create(columns, offset);
      case GREEDY -> new GreedySelection(columns);
    };
  }
}
