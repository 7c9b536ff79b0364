package io.github.parewire.cli;

import io.github.parewire.Rewirer;
import io.github.parewire.message.Printable;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.RewireJob;
import io.github.parewire.report.JsonReport;
import io.github.parewire.report.TextReport;
import io.github.parewire.result.JobListener;
import io.github.parewire.result.Report;
import io.github.parewire.write.FilePlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Many models in one process: each has a line, and the end a summary. */
final class Batch implements JobListener {

  private final Map<RewireJob, Reports> jobs;
  private final Optional<ReportPlace> linesPlace;
  private final Verbosity verbosity;
  private final List<String> arguments;
  private final PrintWriter results;
  private final PrintWriter notes;
  private final long start = System.nanoTime();
  private final List<Failure> failures = new ArrayList<>();
  private Optional<JsonLines> lines = Optional.empty();
  private int done;
  private long weights;

  /**
   * Prepares a batch.
   *
   * @param jobs the models, each with the reports that it has to itself
   * @param linesPlace where all models have a line for programs
   * @param command what prints
   */
  Batch(
      Map<RewireJob, Reports> jobs,
      Optional<ReportPlace> linesPlace,
      Verbosity verbosity,
      CommandLine command) {
    this.jobs = jobs;
    this.linesPlace = linesPlace;
    this.verbosity = verbosity;
    arguments = command.getParseResult().originalArgs();
    results = command.getOut();
    notes = command.getErr();
  }

  /**
   * Does it.
   *
   * @return how the program ends: by the worst that befell a model
   * @throws IOException if nothing can be begun, or the summary not be printed
   */
  ExitCode run(Rewirer rewirer) throws IOException {
    requirePlaces();
    makeFolders();
    if (linesPlace.isPresent()) {
      try (JsonLines open = JsonLines.open(linesPlace.get(), results)) {
        lines = Optional.of(open);
        return rewire(rewirer);
      }
    }
    return rewire(rewirer);
  }

  private ExitCode rewire(Rewirer rewirer) throws IOException {
    rewirer.rewireAll(List.copyOf(jobs.keySet()), this);
    if (printsLines()) {
      results.println(summary());
      StandardOutput.require(results);
    }
    return failures.stream().map(Failure::code).reduce(ExitCode.DONE, ExitCode::orWorse);
  }

  /** Checks that each report has a place of its own, and that no model's. */
  private void requirePlaces() throws IOException {
    Set<Object> models = new HashSet<>();
    for (RewireJob job : jobs.keySet()) {
      for (Path file : files(job).toList()) {
        models.addAll(FilePlaces.marks(file));
      }
    }
    List<ReportPlace> places = new ArrayList<>(linesPlace.stream().toList());
    for (Reports reports : jobs.values()) {
      reports.requireTwo();
      places.addAll(reports.places());
    }
    for (ReportPlace place : places) {
      if (!place.isStandardOutput()
          && FilePlaces.marks(Path.of(place.name())).stream().anyMatch(models::contains)) {
        throw place.isAnother();
      }
    }
  }

  /** Each file of a job but its reports. */
  private static Stream<Path> files(RewireJob job) {
    return Stream.concat(
        Stream.of(job.in()), WriteFlags.places(job.out(), job.files().orElse(FileOptions.DEFAULT)));
  }

  /** The folder to write to need not be there, nor those in it. */
  private void makeFolders() throws IOException {
    for (Map.Entry<RewireJob, Reports> job : jobs.entrySet()) {
      Stream<Path> written = files(job.getKey()).skip(1);
      List<ReportPlace> reports = job.getValue().places();
      for (Path file :
          Stream.concat(written, reports.stream().map(place -> Path.of(place.name()))).toList()) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      for (ReportPlace place : reports) {
        place.requireFolder();
      }
    }
    if (linesPlace.isPresent()) {
      linesPlace.get().requireFolder();
    }
  }

  private boolean printsLines() {
    return !verbosity.isQuiet() && linesPlace.stream().noneMatch(ReportPlace::isStandardOutput);
  }

  @Override
  public void before(RewireJob job, Report report) throws IOException {
    jobs.get(job).write(report, arguments, results);
    if (lines.isPresent()) {
      lines.get().write(JsonReport.line(report, FlagWording.FLAGS));
    }
    if (!verbosity.isQuiet()) {
      print(report);
    }
  }

  private void print(Report report) throws IOException {
    TextReport text = new TextReport(verbosity.isVerbose(), FlagWording.FLAGS);
    if (verbosity.isVerbose()) {
      text.notes(report).forEach(note -> note(report, note));
    }
    text.warnings(report).forEach(warning -> note(report, warning));
    if (printsLines()) {
      if (verbosity.isVerbose()) {
        text.table(report).forEach(results::println);
      }
      results.println(TextReport.line(report));
      StandardOutput.require(results);
    }
  }

  private void note(Report report, String note) {
    notes.println(Printable.line(report.in() + ": ") + note);
  }

  @Override
  public void done(RewireJob job, Report report) {
    done++;
    weights += report.weights();
  }

  @Override
  public void failed(RewireJob job, Throwable thrown) {
    Failure failure = Failure.of(thrown).reworded(message -> naming(job, message));
    failures.add(failure);
    failure.print(notes, verbosity.isVerbose());
    if (lines.isPresent()) {
      try {
        lines.get().write(JsonReport.failureLine(job, failure.code().status(), failure.message()));
      } catch (IOException e) {
        Failure unwritten = Failure.of(e);
        failures.add(unwritten);
        unwritten.print(notes, verbosity.isVerbose());
      }
    }
  }

  private static String naming(RewireJob job, String message) {
    String name = Failure.oneLine(job.in().toString());
    return message.contains(name) ? message : name + ": " + message;
  }

  private String summary() {
    long without = failures.stream().filter(f -> f.code() == ExitCode.NO_LAYER).count();
    return TextReport.summary(
        done, jobs.size(), weights, without, Duration.ofNanos(System.nanoTime() - start));
  }
}
