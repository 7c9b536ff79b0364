package io.github.parewire.options;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;

/** How the neurons' strengths decide the order in which they receive a line's weights. */
public sealed interface Selection {

  /** {@return its name, as the command line and the reports have it} */
  String name();

  /**
   * By chance, the stronger the likelier to come first: the authors' algorithm.
   *
   * @param sampler how orders are drawn
   * @param offset the constant in {@code p = s + |min(s)| + offset}, above 0 and finite
   */
  record Draw(SamplerKind sampler, double offset) implements Selection {

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
  record Greedy() implements Selection {

    /** The selection's name. */
    public static final String NAME = "greedy";

    @Override
    public String name() {
      return NAME;
    }
  }
}
