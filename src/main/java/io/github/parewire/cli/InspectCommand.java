package io.github.parewire.cli;

import io.github.parewire.Inspector;
import io.github.parewire.report.HtmlReport;
import io.github.parewire.report.JsonInspection;
import io.github.parewire.report.TextInspection;
import io.github.parewire.result.Inspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

  @Option(
      names = "--html",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a page for people, with how the strengths of each layer's neurons are distributed,"
              + " to a file or, for -, to standard output in place of the table.")
  private ReportPlace html;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return Pipes.with(this::inspect);
  }

  private int inspect(Pipes pipes) throws IOException {
    Reports reports = new Reports(Optional.ofNullable(json), Optional.ofNullable(html));
    reports.requirePlaces(List.of(model));
    Inspection inspection =
        pipes.named(new Inspector(reading.options().build()).inspect(pipes.source(model)));
    PrintWriter results = spec.commandLine().getOut();
    reports.requireOthers(inspection.dataFiles());
    if (json != null) {
      json.write(JsonInspection.text(inspection) + System.lineSeparator(), results);
    }
    if (html != null) {
      html.write(HtmlReport.text(inspection), results);
    }
    if (!verbosity.isQuiet() && !reports.takeStandardOutput()) {
      new TextInspection(ideal, strengths).lines(inspection).forEach(results::println);
    }
    return ExitCode.DONE.status();
  }
}
