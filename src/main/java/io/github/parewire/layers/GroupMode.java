package io.github.parewire.layers;

import java.util.Locale;

/** How a grouped convolution becomes matrices. */
public enum GroupMode {
  /** One matrix for all groups, as in the authors' code. */
  JOINT,
  /** One matrix, and one random stream, a group. */
  SEPARATE;

  /** The name as an option's value. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
