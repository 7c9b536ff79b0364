package io.github.parewire.message;

import java.util.Locale;

/** How the command line and the reports write constants. */
public final class LowerCase {

  private LowerCase() {}

  /**
   * A constant's name.
   *
   * @param constant the constant
   * @return its name in lower case
   */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
