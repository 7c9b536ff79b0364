package io.github.parewire.cli;

import io.github.parewire.DeviceFinder;
import io.github.parewire.report.JsonDevices;
import io.github.parewire.report.TextDevices;
import io.github.parewire.result.OpenClDevices;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onnx-parewire devices}: what there is to rewire on. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description =
        "Lists the GPUs and other devices that OpenCL finds, whether they can be used, and which one"
            + " --device gpu takes. That there are none is no failure.")
final class DevicesCommand implements Callable<Integer> {

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write the list for programs to a file or, for -, to standard output in place of the"
              + " table. docs/*.schema.json describes it.")
  private ReportPlace json;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (json != null) {
      json.requireFolder();
    }
    OpenClDevices devices = new DeviceFinder().find();
    PrintWriter results = spec.commandLine().getOut();
    if (json != null) {
      json.write(JsonDevices.text(devices) + System.lineSeparator(), results);
    }
    if (!verbosity.isQuiet() && (json == null || !json.isStandardOutput())) {
      TextDevices.lines(devices, FlagWording.FLAGS).forEach(results::println);
    }
    return ExitCode.DONE.status();
  }
}
