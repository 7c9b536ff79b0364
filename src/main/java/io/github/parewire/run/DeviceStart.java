package io.github.parewire.run;

import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.device.CudaBuild;
import io.github.parewire.device.CudaRequirements;
import io.github.parewire.device.NvidiaSmi;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.opencl.DeviceChoice;
import io.github.parewire.opencl.DeviceList;
import io.github.parewire.options.Device;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.RunDevice;
import io.github.parewire.result.Gpu;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.verify.FileProofs;
import java.util.Optional;

/** Sees to it that the device asked for is there and will do, before any work. */
final class DeviceStart {

  /**
   * Devices that are there.
   *
   * @param gpu the one that ND4J runs on; empty for the processor
   * @param openCl the one to start; empty for none
   */
  record Devices(Optional<Gpu> gpu, Optional<OpenClDevice> openCl) {}

  private DeviceStart() {}

  /**
   * Looks for the devices of a run, and starts the libraries that run on CUDA's.
   *
   * @param writes whether there will be an output to verify
   * @throws UnsupportedDeviceException if this machine or this build can't do it
   */
  static Devices require(RewireOptions options, boolean writes) {
    Device device = options.execution().device();
    Optional<OpenClDevice> openCl =
        device.isOpenCl()
            ? Optional.of(DeviceChoice.of(device, DeviceList.look()))
            : Optional.empty();
    boolean rewiresOnCuda = device.equals(Device.CUDA);
    boolean verifiesOnCuda = writes && requiresCuda(options);
    if (!rewiresOnCuda) {
      if (verifiesOnCuda) {
        requireForProofs();
      }
      return new Devices(Optional.empty(), openCl);
    }
    Gpu gpu = requireGpu(verifiesOnCuda);
    Nd4jBackend.useGpu();
    return new Devices(Optional.of(gpu), openCl);
  }

  /**
   * Looks for the device of a verification alone.
   *
   * @throws UnsupportedDeviceException if this machine or this build can't do it
   */
  static void requireForProofs(RewireOptions options) {
    if (requiresCuda(options)) {
      requireForProofs();
    }
  }

  private static void requireForProofs() {
    try {
      requireGpu(true);
    } catch (UnsupportedDeviceException e) {
      throw e.inTrialRun();
    }
  }

  /** In this order: what it takes to know a step has been found out by those before it. */
  private static Gpu requireGpu(boolean runs) {
    Gpu gpu = CudaRequirements.require(new NvidiaSmi(), System.getenv());
    CudaBuild.require();
    if (runs) {
      FileProofs.requireCuda();
    }
    return gpu;
  }

  private static boolean requiresCuda(RewireOptions options) {
    return options.runDevice() == RunDevice.CUDA;
  }
}
