package io.github.parewire.rewire;

/** The samplers, which draw from one distribution and give other orders. */
public enum SamplerKind {
  /** As the authors' code draws: bit for bit numpy's {@code choice} without replacement. */
  REFERENCE {
    @Override
    Sampler create(int columns) {
      return new ReferenceSampler(columns);
    }
  },
  /** By one exponential variate a column: no rounds. */
  EXPONENTIAL {
    @Override
    Sampler create(int columns) {
      return new ExponentialSampler(columns);
    }
  };

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   */
  abstract Sampler create(int columns);
}
