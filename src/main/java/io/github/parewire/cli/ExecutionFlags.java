package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.options.Device;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.KernelKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What rewires, and where. */
final class ExecutionFlags {

  /** Reads a device's name. */
  private static final class Converter implements ITypeConverter<Device> {
    @Override
    public Device convert(String name) {
      try {
        return Device.of(name);
      } catch (UsageException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Option(
      names = "--kernel",
      paramLabel = "java|opencl|nd4j",
      completionCandidates = Choices.Kernels.class,
      description =
          "Rewire in Java, on an OpenCL device, or in ND4J operations, which are slow on the"
              + " processor. The first two give the same bytes with the reference sampler, the"
              + " first and the last with the exponential one (default: java; opencl with --device"
              + " gpu or opencl; nd4j with --device cuda).")
  private KernelKind kernel;

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu|opencl[:N]|cuda",
      completionCandidates = Choices.Devices.class,
      converter = Converter.class,
      defaultValue = "cpu",
      description =
          "Rewire on the processor; on the first GPU that OpenCL finds usable; on the OpenCL device"
              + " N of 'onnx-parewire devices', without N the first usable one; or on an NVIDIA GPU"
              + " by ND4J, which takes the build of 'mvn -Pcuda' (default: ${DEFAULT-VALUE}).")
  private Device device;

  ExecutionOptions execution(int threads) {
    return new ExecutionOptions(kernel == null ? device.defaultKernel() : kernel, device, threads);
  }
}
