package io.github.parewire.cli;

import io.github.parewire.options.Device;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.KernelKind;
import picocli.CommandLine.Option;

/** What rewires, and where. */
final class ExecutionFlags {

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

  ExecutionOptions execution(int threads) {
    return new ExecutionOptions(kernel == null ? device.defaultKernel() : kernel, device, threads);
  }
}
