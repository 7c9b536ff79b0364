package io.github.parewire.report;

import java.util.Locale;

/** How the command line and the reports write constants. */
public final class LowerCase {

  private LowerCase() {}

  /** A constant's name in lower case. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
