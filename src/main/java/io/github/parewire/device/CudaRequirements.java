package io.github.parewire.device;

import io.github.parewire.message.Message;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.result.Gpu;
import io.github.parewire.result.Version;
import java.util.List;
import java.util.Map;

/**
 * What the libraries of the CUDA build ask of a GPU and its driver, as their binaries show.
 *
 * <p>ND4J 1.0.0-M2.1 has machine code for compute capability 3.7, 5.0, 5.2, 6.0, 6.1, 7.0, 7.5, 8.0
 * and 8.6, and no PTX that a driver could compile for others; code for 8.6 runs on 8.7 and 8.9.
 * ONNX Runtime 1.28.0 has it for 6.0, 7.0, 7.5, 8.0, 8.6, 9.0 and 12.0. Both can run on 6.0 to 8.9:
 * the generations from Pascal to Ada. ONNX Runtime is built with CUDA 12, whose oldest driver is
 * 525.60.13; CUDA 11.6, which ND4J is built with, takes older ones.
 */
public final class CudaRequirements {

  private static final Version OLDEST_DRIVER = Version.parse("525.60.13");
  private static final Version LEAST = Version.parse("6.0");
  private static final Version MOST = Version.parse("8.9");

  private static final String SUPPORTED =
      "supported are compute capabilities " + LEAST + " to " + MOST + " (Pascal to Ada)";

  private static final Message OTHER_GPU =
      Message.of(
          "set CUDA_VISIBLE_DEVICES to the UUID of another GPU, as 'nvidia-smi -L' shows it");

  private CudaRequirements() {}

  /**
   * The GPU that the libraries will use.
   *
   * @param query finds the machine's GPUs
   * @param environment the process's environment: {@code CUDA_VISIBLE_DEVICES} narrows the choice
   * @throws UnsupportedDeviceException if there is none, or one that the libraries can't use
   */
  public static Gpu require(GpuQuery query, Map<String, String> environment) {
    List<Gpu> gpus = query.gpus();
    if (gpus.isEmpty()) {
      throw new UnsupportedDeviceException("no NVIDIA GPU: the driver finds none");
    }
    List<Gpu> visible = VisibleDevices.of(gpus, environment);
    if (visible.isEmpty()) {
      throw new UnsupportedDeviceException(
          "CUDA_VISIBLE_DEVICES="
              + environment.get(VisibleDevices.VARIABLE)
              + " hides every GPU of "
              + gpus,
          "let it name one");
    }
    for (Gpu gpu : visible) {
      requireDriver(gpu.driver());
      requireCapability(gpu, visible.size());
    }
    return visible.get(0);
  }

  static void requireDriver(Version driver) {
    if (driver.compareTo(OLDEST_DRIVER) < 0) {
      throw new UnsupportedDeviceException(
          "driver " + driver + " is too old: CUDA 12 needs " + OLDEST_DRIVER,
          "install a newer driver");
    }
  }

  private static void requireCapability(Gpu gpu, int candidates) {
    if (gpu.capability().compareTo(LEAST) < 0 || gpu.capability().compareTo(MOST) > 0) {
      throw new UnsupportedDeviceException(
          gpu + " can't be used: " + SUPPORTED,
          candidates == 1 ? new Message[0] : new Message[] {OTHER_GPU});
    }
  }
}
