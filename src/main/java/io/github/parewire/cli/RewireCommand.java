package io.github.parewire.cli;

import io.github.parewire.Progress;
import io.github.parewire.RewireOptions;
import io.github.parewire.RewirePipeline;
import io.github.parewire.device.Device;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.report.Report;
import io.github.parewire.report.TextReport;
import io.github.parewire.rewire.KernelKind;
import io.github.parewire.rewire.Passes;
import io.github.parewire.rewire.SamplerKind;
import io.github.parewire.rewire.SelectionKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
    subcommands = {InspectCommand.class, VerifyCommand.class},
    synopsisSubcommandLabel = "[inspect | verify]",
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
      " 5:a file can't be read or written",
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

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = RewireOptions.DEFAULT_SEED,
      description = "Seed of the random streams, 0 or more (default: ${DEFAULT-VALUE}).")
  private BigInteger seed;

  @Option(
      names = "--shared-stream",
      description =
          "Let every layer draw from one and the same stream, as calling the authors' code in a"
              + " loop does. It makes layers of one shape alike.")
  private boolean sharedStream;

  @Option(
      names = "--passes",
      paramLabel = "both|input|output",
      completionCandidates = Choices.BothOrOne.class,
      defaultValue = "both",
      description =
          "Which neurons to rewire, each in a pass of its own that makes their strengths alike: the"
              + " input neurons, by reordering each row of weights; then the output neurons, by"
              + " columns. Both are the authors' algorithm (default: ${DEFAULT-VALUE}).")
  private Passes passes;

  @Option(
      names = "--selection",
      paramLabel = "draw|greedy",
      completionCandidates = Choices.Selections.class,
      defaultValue = "draw",
      description =
          "Draw who receives the smallest weights, the strongest being the likeliest, as the authors"
              + " do, or let the strongest neuron have the smallest weight and so on, without any"
              + " chance (default: ${DEFAULT-VALUE}).")
  private SelectionKind selection;

  @Option(
      names = "--offset",
      paramLabel = "X",
      defaultValue = RewireOptions.DEFAULT_OFFSET,
      description =
          "The constant in p = s + |min(s)| + X, by which neurons of strengths s are drawn, above 0."
              + " The smaller it is, the more strength decides (default: ${DEFAULT-VALUE}, the"
              + " authors').")
  private double offset;

  @Option(
      names = "--sampler",
      paramLabel = "reference|exponential",
      completionCandidates = Choices.Samplers.class,
      description =
          "Draw as the authors' code does, bit for bit, or by exponential variates: the same"
              + " distribution, other results (default: reference; exponential with --kernel"
              + " nd4j).")
  private SamplerKind sampler;

  @Option(
      names = "--kernel",
      paramLabel = "java|nd4j",
      completionCandidates = Choices.Kernels.class,
      description =
          "Rewire in Java, or in ND4J operations, which are for GPUs and slow on the processor. The"
              + " exponential sampler gives the same bytes with both (default: java; nd4j with"
              + " --device cuda).")
  private KernelKind kernel;

  @Option(
      names = "--device",
      paramLabel = "cpu|cuda",
      completionCandidates = Choices.Devices.class,
      defaultValue = "cpu",
      description =
          "Rewire on the processor or on an NVIDIA GPU, which takes the build of 'mvn -Pcuda'"
              + " (default: ${DEFAULT-VALUE}).")
  private Device device;

  @Option(
      names = "--groups",
      paramLabel = "joint|separate",
      completionCandidates = Choices.Groups.class,
      defaultValue = "joint",
      description =
          "A grouped convolution as one matrix, as in the authors' code, or one a group (default:"
              + " ${DEFAULT-VALUE}).")
  private GroupMode groups;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "Rewire only tensors whose names match (* any characters, ? one). A name given whole"
              + " also takes a tensor that is left for being shared. Repeatable.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Leave tensors whose names match. Repeatable.")
  private List<String> exclude = new ArrayList<>();

  @Option(names = "--dry-run", description = "Show what would be done; write nothing.")
  private boolean dryRun;

  @Option(
      names = "--save-as-external-data",
      description =
          "Put initializers of 1 KiB and more into OUT.data. Those that IN has in data files go"
              + " there in any case.")
  private boolean saveAsExternalData;

  @Option(
      names = "--weights-out",
      paramLabel = "FILE",
      description =
          "Write the rewired tensors by name, as PyTorch lays them out, to a .safetensors or .npz"
              + " file as well.")
  private Path weightsOut;

  @Mixin private ReportOptions reports;

  @Mixin private ReadOptions reading;

  @Mixin private ProofOptions proofs;

  @Mixin private Verbosity verbosity;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    requireFiles();
    reports.requirePlaces(in, Stream.of(out, weightsOut).filter(Objects::nonNull).toList());
    RewireOptions.Builder builder = RewireOptions.builder().device(device);
    if (kernel != null) {
      builder.kernel(kernel);
    }
    if (sampler != null) {
      builder.sampler(sampler);
    }
    RewireOptions options =
        builder
            .seed(seed)
            .sharedStream(sharedStream)
            .passes(passes)
            .selection(selection)
            .offset(offset)
            .groups(groups)
            .include(include)
            .exclude(exclude)
            .threads(reading.threads())
            .check(proofs.check())
            .inputShapes(proofs.inputShapes())
            .saveAsExternalData(saveAsExternalData)
            .allowHardLinks(reading.allowHardLinks())
            .hashes(reports.any())
            .sketches(reports.charts())
            .weightsOut(Optional.ofNullable(weightsOut))
            .build();
    RewirePipeline pipeline = new RewirePipeline(options, progress());
    Report report = dryRun ? pipeline.dryRun(in) : pipeline.run(in, out);
    print(report);
    return ExitCode.DONE.status();
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
    TextReport text = new TextReport(verbosity.isVerbose());
    PrintWriter notes = spec.commandLine().getErr();
    text.notes(report).forEach(notes::println);
    text.warnings(report).forEach(notes::println);
    if (!reports.takeStandardOutput()) {
      text.lines(report).forEach(results::println);
    }
  }
}
