package io.github.parewire.cli;

import io.github.parewire.layers.Findings;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.report.TextReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onnx-parewire inspect MODEL}: what would be rewired, and what not, and why. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = "Lists a model's dense and conv layers, and why each other tensor is left.")
final class InspectCommand implements Callable<Integer> {

  @Parameters(paramLabel = "MODEL", description = "The model to read.")
  private Path model;

  @Mixin
  @SuppressWarnings("UnusedVariable") // Main looks for -v.
  private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (OnnxFile file = OnnxFile.open(model)) {
      Findings findings = file.reading(() -> LayerFinder.find(file, GroupMode.JOINT));
      file.requireUnchanged();
      PrintWriter results = spec.commandLine().getOut();
      TextReport.inspection(file, findings).forEach(results::println);
      return ExitCode.DONE.status();
    }
  }
}
