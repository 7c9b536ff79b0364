package io.github.parewire.cli;

import io.github.parewire.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Where a report for programs goes, if one is asked for. */
final class JsonOption {

  private static final String STANDARD_OUTPUT = "-";

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      description =
          "Write a report for programs to a file or, for -, to standard output in place of the"
              + " table. docs/*.schema.json describes it.")
  private String json;

  /** Whether there is to be one. */
  boolean isGiven() {
    return json != null;
  }

  /** Whether it is the result, in place of text. */
  boolean isStandardOutput() {
    return STANDARD_OUTPUT.equals(json);
  }

  /**
   * Checks, before any work, that the report does not replace the model.
   *
   * @throws UsageException if it would
   */
  void requireOwn(Path model) throws IOException {
    if (json != null && !isStandardOutput()) {
      ReportOptions.requireOther(Path.of(json), model);
    }
  }

  /** Writes the report, if there is to be one. */
  void write(Supplier<String> report, PrintWriter standardOutput) throws IOException {
    if (isStandardOutput()) {
      standardOutput.println(report.get());
    } else if (json != null) {
      Files.writeString(Path.of(json), report.get() + System.lineSeparator());
    }
  }
}
