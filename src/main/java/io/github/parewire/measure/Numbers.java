package io.github.parewire.measure;

import java.util.Arrays;
import java.util.Locale;

/** Numbers in texts. */
final class Numbers {

  private Numbers() {}

  /** Formats with {@code %s} for each argument; fractions get four significant digits. */
  static String text(String format, Object... arguments) {
    return String.format(
        Locale.ROOT,
        format,
        Arrays.stream(arguments)
            .map(argument -> argument instanceof Double number ? shortened(number) : argument)
            .toArray());
  }

  private static String shortened(double number) {
    boolean isPlain = number == 0 || (Math.abs(number) >= 1e-4 && Math.abs(number) < 1e6);
    return String.format(Locale.ROOT, isPlain ? "%.4g" : "%.3e", number);
  }
}
