package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The reports that are written of a model besides the table, or in place of it.
 *
 * @param json where the one for programs goes
 * @param html where the one for people goes
 */
record Reports(Optional<ReportPlace> json, Optional<ReportPlace> html) {

  /** Whether standard output is for a report. */
  boolean takeStandardOutput() {
    return places().stream().anyMatch(ReportPlace::isStandardOutput);
  }

  /** The places of all of them. */
  List<ReportPlace> places() {
    return Stream.of(json, html).flatMap(Optional::stream).toList();
  }

  /**
   * Checks, before any work, that each report has a place of its own.
   *
   * @param models files of this run, which no report may replace
   * @throws UsageException if one has not
   * @throws FileSystemException if the folder for one is missing, or it is a folder
   */
  void requirePlaces(Collection<Path> models) throws IOException {
    requireTwo();
    for (ReportPlace place : places()) {
      place.requireFolder();
    }
    requireOthers(models);
  }

  /**
   * Checks that two reports go to two places.
   *
   * @throws UsageException if they go to one
   */
  void requireTwo() {
    if (json.isPresent() && json.equals(html)) {
      throw new UsageException(
          "--json and --html both go to " + json.get().name(), "name two places");
    }
  }

  /**
   * Checks that no report would replace a file.
   *
   * @throws UsageException if one would
   */
  void requireOthers(Collection<Path> models) throws IOException {
    for (ReportPlace place : places()) {
      for (Path model : models) {
        place.requireOther(model);
      }
    }
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
    if (json.isPresent()) {
      json.get()
          .write(JsonReport.text(report, FlagWording.FLAGS) + System.lineSeparator(), results);
    }
    if (html.isPresent()) {
      html.get().write(HtmlReport.text(report, arguments, FlagWording.FLAGS), results);
    }
  }
}
