package io.github.parewire.run;

import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.opencl.RunningDevice;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Gpu;
import io.github.parewire.run.DeviceStart.Devices;
import io.github.parewire.verify.FileProofs;
import java.io.IOException;
import java.util.Optional;

/** What takes long to start, and serves any number of runs with the same options. */
final class RunStart implements AutoCloseable {

  private final Devices devices;
  private final NativeStart libraries = new NativeStart();
  private Optional<RunningDevice> openCl = Optional.empty();

  private RunStart(Devices devices) {
    this.devices = devices;
  }

  /**
   * Looks for the devices, and starts libraries beside what comes next.
   *
   * @param writes whether there will be an output to verify
   * @throws io.github.parewire.message.UnsupportedDeviceException if a device can't be used
   */
  static RunStart begin(RewireOptions options, boolean writes) {
    RunStart start = new RunStart(DeviceStart.require(options, writes));
    start.libraries.begin("start ND4J", Nd4jBackend::start);
    if (writes) {
      start.libraries.begin("start ONNX Runtime", FileProofs::start);
    }
    return start;
  }

  /**
   * Does work that needs the libraries.
   *
   * @throws IOException if the work throws it, or a library could not be started
   */
  <T> T with(NativeStart.Work<T> work) throws IOException {
    return libraries.with(work);
  }

  /** The GPU that ND4J runs on; empty for the processor. */
  Optional<Gpu> gpu() {
    return devices.gpu();
  }

  /**
   * The OpenCL device at work, which the first call tries out.
   *
   * @throws io.github.parewire.message.UnsupportedDeviceException if it can't be used
   */
  Optional<RunningDevice> openCl() {
    if (openCl.isEmpty()) {
      openCl = devices.openCl().map(RunningDevice::start);
    }
    return openCl;
  }

  @Override
  public void close() {
    openCl.ifPresent(RunningDevice::close);
  }
}
