package io.github.parewire.options;

/** The samplers, which draw from one distribution and give other orders. */
public enum SamplerKind {
  /** As the authors' code draws: bit for bit numpy's {@code choice} without replacement. */
  REFERENCE,
  /** By one exponential variate a column: no rounds. */
  EXPONENTIAL
}
