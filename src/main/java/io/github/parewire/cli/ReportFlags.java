package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.options.ReportOptions;
import io.github.parewire.report.HtmlReport;
import io.github.parewire.report.JsonReport;
import io.github.parewire.result.FileHash;
import io.github.parewire.result.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which reports a run is to write besides the table, or in place of it. */
final class ReportFlags {

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a report for programs, with SHA-256 sums, to a file or, for -, to standard output in"
              + " place of the table. docs/report.schema.json describes it.")
  private ReportPlace json;

  @Option(
      names = "--html",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a report for people, a page with charts of every layer, to a file or, for -, to"
              + " standard output in place of the table.")
  private ReportPlace html;

  /** What a run has to find out for them. */
  ReportOptions report() {
    return new ReportOptions(json != null || html != null, html != null);
  }

  /** Whether standard output is for a report. */
  boolean takeStandardOutput() {
    return places().anyMatch(ReportPlace::isStandardOutput);
  }

  /**
   * Checks, before any work, that each report has a place of its own.
   *
   * @param in the model to read, which no report may replace
   * @param others files to write, likewise
   * @throws UsageException if one has not
   * @throws FileSystemException if the folder for one is missing, or it is a folder
   */
  void requirePlaces(Path in, Collection<Path> others) throws IOException {
    if (json != null && json.equals(html)) {
      throw new UsageException("--json and --html both go to " + json.name(), "name two places");
    }
    for (ReportPlace place : places().toList()) {
      place.requireFolder();
    }
    requireOthers(List.of(in));
    requireOthers(others);
  }

  private void requireOthers(Collection<Path> models) throws IOException {
    for (ReportPlace place : places().toList()) {
      for (Path model : models) {
        place.requireOther(model);
      }
    }
  }

  private Stream<ReportPlace> places() {
    return Stream.of(json, html).filter(Objects::nonNull);
  }

  /**
   * Writes the reports.
   *
   * @param arguments the command line
   * @param results standard output
   * @throws UsageException if one would replace a data file of the model
   */
  void write(Report report, List<String> arguments, PrintWriter results) throws IOException {
    requireOthers(
        Stream.of(report.inputFiles(), report.outputFiles())
            .flatMap(List::stream)
            .map(FileHash::path)
            .toList());
    if (json != null) {
      json.write(JsonReport.text(report, FlagWording.FLAGS) + System.lineSeparator(), results);
    }
    if (html != null) {
      html.write(HtmlReport.text(report, arguments, FlagWording.FLAGS), results);
    }
  }
}
