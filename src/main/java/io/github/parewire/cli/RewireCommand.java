package io.github.parewire.cli;

import io.github.parewire.Rewirer;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.UsageException;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireJob;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.report.TextReport;
import io.github.parewire.result.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onnx-parewire IN OUT}: the main job. */
@Command(
    name = "onnx-parewire",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {InspectCommand.class, VerifyCommand.class, DevicesCommand.class},
    customSynopsis = {
      "onnx-parewire IN OUT [OPTION]...",
      "       onnx-parewire IN... --out-dir DIR [OPTION]...",
      "       onnx-parewire [inspect | verify | devices] ..."
    },
    description = {
      "Rewires the initial weights of an ONNX model by preferential attachment (arXiv 2207.08148):"
          + " reorders the weights of each dense and conv layer so that the summed weight of its"
          + " neurons varies less. No weight's value changes, and nothing else in the file does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  onnx-parewire model.onnx rewired.onnx",
      "  onnx-parewire model.onnx rewired.onnx --seed 7 --exclude '*head*'",
      "  onnx-parewire a.onnx b.onnx models --out-dir rewired",
      "  make-model | onnx-parewire - rewired.onnx",
      "  onnx-parewire model.onnx --dry-run",
      "  onnx-parewire inspect model.onnx"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done and verified",
      " 1:verification failed",
      " 2:usage",
      " 3:invalid or unsafe model",
      " 4:no layer to rewire",
      " 5:a file can't be read or written, or a device failed",
      "70:a bug in onnx-parewire"
    })
final class RewireCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = {
        "IN OUT: the model to read, which is never written to, and the one to write, which appears"
            + " verified or not at all. For - they come and go by pipes.",
        "IN...: with --out-dir any number of models to read, and of folders that stand for all"
            + " models in them."
      })
  private List<Path> files = List.of();

  @Option(
      names = "--out-dir",
      paramLabel = "DIR",
      description =
          "Rewire any number of models into a folder. Each is verified by itself, and fails by"
              + " itself.")
  private Path outDir;

  @Option(names = "--dry-run", description = "Show what would be done; write nothing.")
  private boolean dryRun;

  @Mixin private RuleFlags rule;

  @Mixin private LayerFlags layers;

  @Mixin private ExecutionFlags execution;

  @Mixin private ProofFlags proofs;

  @Mixin private ReadFlags reading;

  @Mixin private WriteFlags writing;

  @Mixin private ReportFlags reports;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (outDir != null) {
      return rewireAll().status();
    }
    requireFiles();
    return Pipes.with(this::rewire);
  }

  private ExitCode rewireAll() throws IOException {
    if (files.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Missing the models to read, or folders of them: IN");
    }
    Map<RewireJob, Reports> jobs = new LinkedHashMap<>();
    for (OutDir.Place place : new OutDir(outDir).places(files)) {
      FileOptions own = writing.files(reading.allowHardLinks(), place.name());
      jobs.put(
          new RewireJob(
              place.in(), Optional.of(place.out()).filter(out -> !dryRun), Optional.of(own)),
          reports.reports(place.name()));
    }
    return new Batch(jobs, reports.lines(), verbosity, spec.commandLine())
        .run(new Rewirer(options(FileOptions.DEFAULT), progress()));
  }

  private int rewire(Pipes pipes) throws IOException {
    FileOptions own = writing.files(reading.allowHardLinks());
    Reports places = reports.reports();
    places.requirePlaces(
        Stream.concat(
                Stream.of(files.get(0)), WriteFlags.places(files.stream().skip(1).findFirst(), own))
            .toList());
    Rewirer rewirer = new Rewirer(options(own), progress());
    Path in = pipes.source(files.get(0));
    if (dryRun) {
      print(rewirer.dryRun(in), places, pipes);
    } else {
      requireRoom(places);
      Path out = pipes.target(files.get(1));
      // OUT appears when all that was asked for beside it is there.
      rewirer.rewire(in, out, report -> print(report, places, pipes));
      pipes.send(spec.commandLine().getOut());
    }
    return ExitCode.DONE.status();
  }

  private void requireRoom(Reports places) {
    if (Pipes.isPipe(files.get(1)) && places.takeStandardOutput()) {
      throw new UsageException(
          "the new model and a report both go to standard output", "name a file for one of them");
    }
  }

  private RewireOptions options(FileOptions files) {
    ExecutionOptions computes = execution.execution(reading.threads());
    return RewireOptions.builder()
        .rule(rule.rule(computes.kernel()))
        .streams(rule.streams())
        .layers(layers.layers())
        .execution(computes)
        .verification(proofs.verification())
        .files(files)
        .report(reports.report())
        .build();
  }

  private Progress progress() {
    return verbosity.isQuiet() ? Progress.NONE : new ProgressLine();
  }

  private void requireFiles() {
    CommandLine command = spec.commandLine();
    if (files.isEmpty()) {
      throw new ParameterException(command, "Missing the model to read: IN");
    }
    if (files.size() > 2) {
      throw new ParameterException(
          command,
          "Expected IN OUT, found "
              + files.get(2)
              + " besides; for many models name --out-dir DIR");
    }
    if (Files.isDirectory(files.get(0))) {
      throw new ModelException(
          files.get(0).toString(),
          "expected a file, found a folder",
          "name the .onnx file in it, or --out-dir DIR for all in it");
    }
    if (files.size() < 2 && !dryRun) {
      throw new ParameterException(command, "Missing the model to write: OUT");
    }
  }

  private void print(Report whole, Reports places, Pipes pipes) throws IOException {
    pipes.requireSingleFile();
    Report report = pipes.named(whole);
    PrintWriter notes = spec.commandLine().getErr();
    PrintWriter results = pipes.takeStandardOutput() ? notes : spec.commandLine().getOut();
    places.write(report, spec.commandLine().getParseResult().originalArgs(), results);
    if (verbosity.isQuiet()) {
      return;
    }
    TextReport text = new TextReport(verbosity.isVerbose(), FlagWording.FLAGS);
    text.notes(report).forEach(notes::println);
    text.warnings(report).forEach(notes::println);
    if (!places.takeStandardOutput()) {
      text.lines(report).forEach(results::println);
      StandardOutput.require(results);
    }
  }
}
