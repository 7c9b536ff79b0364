package io.github.parewire.rewire;

/** The samplers, which draw from one distribution and give other orders. */
public enum SamplerKind {
  /** As the authors' code draws: bit for bit numpy's {@code choice} without replacement. */
  REFERENCE {
    @Override
    Sampler create(int columns, double offset) {
      return new ReferenceSampler(columns, offset);
    }
  },
  /** By one exponential variate a column: no rounds. */
  EXPONENTIAL {
    @Override
    Sampler create(int columns, double offset) {
      return new ExponentialSampler(columns, offset);
    }
  };

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   * @param offset what is added to strengths that are 0 or more
   */
  abstract Sampler create(int columns, double offset);
}
