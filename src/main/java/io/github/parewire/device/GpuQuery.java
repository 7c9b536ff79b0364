package io.github.parewire.device;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.result.Gpu;
import java.util.List;

/** Finds the machine's GPUs without loading anything that could crash on one. */
public interface GpuQuery {

  /**
   * The GPUs, in the order of the bus; none if the driver has none.
   *
   * @throws UnsupportedDeviceException if there is no driver, or one too old to ask
   */
  List<Gpu> gpus();
}
