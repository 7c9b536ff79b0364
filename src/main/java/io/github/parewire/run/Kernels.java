package io.github.parewire.run;

import io.github.parewire.lockstep.Nd4jKernel;
import io.github.parewire.opencl.OpenClKernel;
import io.github.parewire.opencl.RunningDevice;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Makes kernels. */
final class Kernels {

  private Kernels() {}

  /**
   * The kernel that options ask for.
   *
   * @param openCl the device to run on; empty for none of OpenCL's
   * @param passed gets the number of weights that were passed, every now and then; in the end,
   *     those of all matrices for each pass
   */
  static RewireKernel create(
      RewireOptions options, Optional<RunningDevice> openCl, LongConsumer passed) {
    return switch (options.execution().kernel()) {
      case JAVA -> new JavaKernel(options.rule(), passed);
      case OPENCL -> new OpenClKernel(openCl.orElseThrow(), options.rule(), passed);
      case ND4J -> new Nd4jKernel(options.rule(), Nd4jKernel.DEFAULT_BUDGET, passed);
    };
  }
}
