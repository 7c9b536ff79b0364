package io.github.parewire.options;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;

/** How the order of a matrix's weights is found. */
public sealed interface Selection {

  /** {@return its name, as the command line and the reports have it} */
  String name();

  /** The neurons' strengths decide the order in which they receive a line's weights. */
  sealed interface ByStrength extends Selection {}

  /**
   * By chance, the stronger the likelier to come first: the authors' algorithm.
   *
   * @param sampler how orders are drawn
   * @param offset the constant in {@code p = s + |min(s)| + offset}, above 0 and finite
   */
  record Draw(SamplerKind sampler, double offset) implements ByStrength {

    /** The offset of the authors' algorithm. */
    public static final double AUTHORS_OFFSET = 1;

    /** The selection's name. */
    public static final String NAME = "draw";

    /**
     * Checks the offset. With 0 the weakest neuron would be drawn with the probability 0, which
     * drawing all without replacement can't do.
     *
     * @throws UsageException if it is not
     */
    public Draw {
      if (!(offset > 0 && offset <= Double.MAX_VALUE)) {
        throw new UsageException(
            Message.of(
                "expected an ",
                Message.option(RunOption.OFFSET),
                " above 0 and finite, found ",
                offset,
                "; the weakest neuron would be drawn with the probability 0, or p overflow"));
      }
    }

    /**
     * As the authors draw.
     *
     * @param sampler how orders are drawn
     * @return a draw with their offset
     */
    public static Draw authors(SamplerKind sampler) {
      return new Draw(sampler, AUTHORS_OFFSET);
    }

    @Override
    public String name() {
      return NAME;
    }
  }

  /**
   * The strongest first, without chance: {@code rewiring_torch_deterministic} in the first author's
   * code of RADAM ({@code weight_rewiring.py} in github.com/scabini/RADAM).
   */
  record Greedy() implements ByStrength {

    /** The selection's name. */
    public static final String NAME = "greedy";

    @Override
    public String name() {
      return NAME;
    }
  }

  /**
   * The best of some random orders of all weights of a matrix: the one with the least variance of
   * strengths, of equal ones the first. The authors' {@code stabilize_strength} does so with new
   * draws of the weights themselves, which would change their values.
   *
   * @param draws how many orders are drawn, 1 or more
   */
  record BestOf(int draws) implements Selection {

    /** The selection's name. */
    public static final String NAME = "best-of";

    /** How many orders are drawn by default. */
    public static final int DEFAULT_DRAWS = 100;

    /**
     * Checks the number.
     *
     * @throws UsageException if it is less than 1
     */
    public BestOf {
      if (draws < 1) {
        throw new UsageException(
            Message.of("expected 1 or more ", Message.option(RunOption.DRAWS), ", found ", draws));
      }
    }

    @Override
    public String name() {
      return NAME;
    }
  }
}
