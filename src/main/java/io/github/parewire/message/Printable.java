package io.github.parewire.message;

import java.util.regex.Pattern;

/**
 * Text for terminals. A model's names and paths may have any characters, and those that a terminal
 * obeys, or that reorder what stands beside them, must not reach it.
 */
public final class Printable {

  /** Control and format characters, line ends, halves of characters. */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private Printable() {}

  /**
   * A line that shows what it can't have, as JSON writes it.
   *
   * @param text of one line
   * @return the same with an escape sequence in place of each such character
   */
  public static String line(String text) {
    return UNPRINTABLE
        .matcher(text)
        .replaceAll(
            match ->
                match
                    .group()
                    .chars()
                    .mapToObj(unit -> String.format("\\\\u%04x", unit))
                    .reduce("", String::concat));
  }
}
