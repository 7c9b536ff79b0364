package io.github.parewire.options;

/** How a grouped convolution becomes matrices. */
public enum GroupMode {
  /** One matrix for all groups, as in the authors' code. */
  JOINT,
  /** One matrix, and one random stream, a group. */
  SEPARATE
}
