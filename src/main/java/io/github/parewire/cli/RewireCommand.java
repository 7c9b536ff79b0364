package io.github.parewire.cli;

import io.github.parewire.Rewirer;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.report.TextReport;
import io.github.parewire.result.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
    synopsisSubcommandLabel = "[inspect | verify | devices]",
    description = {
      "Rewires the initial weights of an ONNX model by preferential attachment (arXiv 2207.08148):"
          + " reorders the weights of each dense and conv layer so that the summed weight of its"
          + " neurons varies less. No weight's value changes, and nothing else in the file does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  onnx-parewire model.onnx rewired.onnx",
      "  onnx-parewire model.onnx rewired.onnx --seed 7 --exclude '*head*'",
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
      index = "0",
      arity = "0..1",
      paramLabel = "IN",
      description = "The model to read; it is never written to.")
  private Path in;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OUT",
      description = "The model to write; it appears verified or not at all.")
  private Path out;

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
    requireFiles();
    reports.requirePlaces(in, writing.places(out));
    Rewirer rewirer = new Rewirer(options(), progress());
    if (dryRun) {
      print(rewirer.dryRun(in));
    } else {
      // OUT appears when all that was asked for beside it is there.
      rewirer.rewire(in, out, this::print);
    }
    return ExitCode.DONE.status();
  }

  private RewireOptions options() {
    ExecutionOptions computes = execution.execution(reading.threads());
    return RewireOptions.builder()
        .rule(rule.rule(computes.kernel()))
        .streams(rule.streams())
        .layers(layers.layers())
        .execution(computes)
        .verification(proofs.verification())
        .files(writing.files(reading.allowHardLinks()))
        .report(reports.report())
        .build();
  }

  private Progress progress() {
    return verbosity.isQuiet() ? Progress.NONE : new ProgressLine();
  }

  private void requireFiles() {
    CommandLine command = spec.commandLine();
    if (in == null) {
      throw new ParameterException(command, "Missing the model to read: IN");
    }
    if (out == null && !dryRun) {
      throw new ParameterException(command, "Missing the model to write: OUT");
    }
  }

  private void print(Report report) throws IOException {
    PrintWriter results = spec.commandLine().getOut();
    reports.write(report, spec.commandLine().getParseResult().originalArgs(), results);
    if (verbosity.isQuiet()) {
      return;
    }
    TextReport text = new TextReport(verbosity.isVerbose(), FlagWording.FLAGS);
    PrintWriter notes = spec.commandLine().getErr();
    text.notes(report).forEach(notes::println);
    text.warnings(report).forEach(notes::println);
    if (!reports.takeStandardOutput()) {
      text.lines(report).forEach(results::println);
      StandardOutput.require(results);
    }
  }
}
