package io.github.parewire.cli;

import io.github.parewire.Inspector;
import io.github.parewire.report.JsonInspection;
import io.github.parewire.report.TextInspection;
import io.github.parewire.result.Inspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onnx-parewire inspect MODEL}: what would be rewired, and what not, and why. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description =
        "Lists a model's dense and conv layers, what their weights are and look like, and why each"
            + " other tensor is left.")
final class InspectCommand implements Callable<Integer> {

  @Parameters(paramLabel = "MODEL", description = "The model to read; - for standard input.")
  private Path model;

  @Option(
      names = "--ideal",
      description =
          "Print beside each strength variance the one expected of independent weights: the number"
              + " of a neuron's weights times the variance of the layer's weights.")
  private boolean ideal;

  @Option(
      names = "--strengths",
      description =
          "Print how the strengths of each layer's neurons are distributed, and those of recurrent"
              + " layers, beside what independent weights would give: variance, skewness, the weakest"
              + " neuron and the strongest.")
  private boolean strengths;

  @Mixin private ReadFlags reading;

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a report for programs to a file or, for -, to standard output in place of the"
              + " table. docs/*.schema.json describes it.")
  private ReportPlace json;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return Pipes.with(this::inspect);
  }

  private int inspect(Pipes pipes) throws IOException {
    if (json != null) {
      json.requireFolder();
      json.requireOther(model);
    }
    Inspection inspection =
        pipes.named(new Inspector(reading.options().build()).inspect(pipes.source(model)));
    PrintWriter results = spec.commandLine().getOut();
    if (json != null) {
      for (Path data : inspection.dataFiles()) {
        json.requireOther(data);
      }
      json.write(JsonInspection.text(inspection) + System.lineSeparator(), results);
    }
    if (!verbosity.isQuiet() && (json == null || !json.isStandardOutput())) {
      new TextInspection(ideal, strengths).lines(inspection).forEach(results::println);
    }
    return ExitCode.DONE.status();
  }
}
