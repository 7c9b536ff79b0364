package io.github.parewire.device;

import io.github.parewire.result.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The GPUs that {@code CUDA_VISIBLE_DEVICES} leaves to a process (CUDA C++ Programming Guide, "CUDA
 * Environment Variables").
 */
final class VisibleDevices {

  static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

  private VisibleDevices() {}

  /**
   * The GPUs that CUDA might choose from.
   *
   * @param gpus all, in the order of the bus
   */
  static List<Gpu> of(List<Gpu> gpus, Map<String, String> environment) {
    String value = environment.get(VARIABLE);
    if (value == null) {
      return gpus;
    }
    boolean byBus = "PCI_BUS_ID".equals(environment.get("CUDA_DEVICE_ORDER"));
    List<Gpu> visible = new ArrayList<>();
    for (String entry : value.split(",", -1)) {
      String name = entry.strip();
      if (isNumber(name) && !byBus && gpus.size() > 1) {
        // CUDA numbers by speed then: it may be any of them.
        return gpus;
      }
      Optional<Gpu> found = gpus.stream().filter(gpu -> isNamed(gpu, name)).findFirst();
      if (found.isEmpty()) {
        // CUDA ignores what comes after a name that it does not know.
        break;
      }
      visible.add(found.get());
    }
    return visible;
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** By number, by UUID, or by the beginning of the UUID. */
  private static boolean isNamed(Gpu gpu, String name) {
    return isNumber(name)
        ? name.equals(String.valueOf(gpu.index()))
        : name.startsWith("GPU-") && gpu.uuid().startsWith(name);
  }
}
