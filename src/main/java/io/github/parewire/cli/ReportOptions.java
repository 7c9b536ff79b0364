package io.github.parewire.cli;

import io.github.parewire.UsageException;
import io.github.parewire.report.FileHash;
import io.github.parewire.report.HtmlReport;
import io.github.parewire.report.JsonReport;
import io.github.parewire.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which reports a run is to write besides the table, or in place of it. */
final class ReportOptions {

  private static final String STANDARD_OUTPUT = "-";

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      description =
          "Write a report for programs, with SHA-256 sums, to a file or, for -, to standard output in"
              + " place of the table. docs/report.schema.json describes it.")
  private String json;

  @Option(
      names = "--html",
      paramLabel = "FILE|-",
      description =
          "Write a report for people, a page with charts of every layer, to a file or, for -, to"
              + " standard output in place of the table.")
  private String html;

  /** Whether any report is to be written. */
  boolean any() {
    return json != null || html != null;
  }

  /** Whether one has charts. */
  boolean charts() {
    return html != null;
  }

  /** Whether standard output is for a report. */
  boolean takeStandardOutput() {
    return STANDARD_OUTPUT.equals(json) || STANDARD_OUTPUT.equals(html);
  }

  /**
   * Checks, before any work, that each report has a place of its own.
   *
   * @param in the model to read, which no report may replace
   * @param out the model to write, likewise; null in a dry run
   * @throws UsageException if one has not
   * @throws FileSystemException if the folder for one is missing, or it is a folder
   */
  void requirePlaces(Path in, Path out) throws IOException {
    if (json != null && json.equals(html)) {
      throw new UsageException("--json and --html both go to " + json + "; name two places");
    }
    for (Path report : files()) {
      Path folder = report.toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        throw new NoSuchFileException(folder.toString());
      }
      if (Files.isDirectory(report)) {
        throw new FileSystemException(
            report.toString(), null, "is a folder; name the file to write");
      }
    }
    requireOwn(out == null ? List.of(in) : List.of(in, out));
  }

  private void requireOwn(Collection<Path> models) throws IOException {
    for (Path report : files()) {
      for (Path model : models) {
        requireOther(report, model);
      }
    }
  }

  /**
   * Checks that a report is no file of a model.
   *
   * @throws UsageException if it is
   */
  static void requireOther(Path report, Path model) throws IOException {
    if (isSame(report, model)) {
      throw new UsageException(
          report + " is a file of the model; give the report a name of its own");
    }
  }

  private List<Path> files() {
    return Stream.of(json, html)
        .filter(name -> name != null && !name.equals(STANDARD_OUTPUT))
        .map(Path::of)
        .toList();
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
        || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
  }

  /**
   * Writes the reports.
   *
   * @param arguments the command line
   * @param results standard output
   * @throws UsageException if one would replace a data file of the model
   */
  void write(Report report, List<String> arguments, PrintWriter results) throws IOException {
    requireOwn(
        Stream.of(report.inputFiles(), report.outputFiles())
            .flatMap(List::stream)
            .map(FileHash::path)
            .toList());
    if (json != null) {
      write(json, JsonReport.text(report) + System.lineSeparator(), results);
    }
    if (html != null) {
      write(html, HtmlReport.text(report, arguments), results);
    }
  }

  private static void write(String place, String text, PrintWriter results) throws IOException {
    if (place.equals(STANDARD_OUTPUT)) {
      results.print(text);
      results.flush();
    } else {
      Files.writeString(Path.of(place), text);
    }
  }
}
