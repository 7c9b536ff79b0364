package io.github.parewire.cli;

import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How much is printed. */
final class Verbosity {

  @Option(
      names = {"-q", "--quiet"},
      description = "Print errors only.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print more: every tensor that was left, every proof, times, and stack traces.")
  private boolean verbose;

  boolean isQuiet() {
    return quiet;
  }

  boolean isVerbose() {
    return verbose;
  }

  /** Whether a command line, or its subcommand's, asks for stack traces. */
  static boolean isVerbose(CommandLine.ParseResult arguments) {
    for (CommandLine.ParseResult at = arguments; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption("-v")) {
        return true;
      }
    }
    return false;
  }
}
