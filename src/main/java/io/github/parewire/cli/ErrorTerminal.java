package io.github.parewire.cli;

import java.io.IOException;
import java.util.OptionalInt;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/** The terminal that standard error goes to, if it goes to one. */
final class ErrorTerminal {

  /** By running {@code test} and {@code stty}: no native library to unpack. */
  private static final String PROVIDER = "exec";

  private static final int USUAL_WIDTH = 80;

  private ErrorTerminal() {}

  /**
   * How many characters fit in a line; empty if standard error is no terminal, or one that can't go
   * back to the start of a line. Takes some tenths of a second.
   */
  static OptionalInt width() {
    String type = System.getenv("TERM");
    return type == null || type.equals("dumb") || !isTerminal()
        ? OptionalInt.empty()
        : OptionalInt.of(lineWidth());
  }

  private static boolean isTerminal() {
    try {
      return TerminalProvider.load(PROVIDER).isSystemStream(SystemStream.Error);
    } catch (IOException e) {
      return false;
    }
  }

  private static int lineWidth() {
    try (Terminal terminal =
        TerminalBuilder.builder()
            .provider(PROVIDER)
            .systemOutput(SystemOutput.SysErr)
            .dumb(false)
            .build()) {
      return terminal.getWidth() > 0 ? terminal.getWidth() : USUAL_WIDTH;
    } catch (IOException | IllegalStateException e) {
      // JLine wants standard input to be the terminal, too.
      return USUAL_WIDTH;
    }
  }
}
