package io.github.parewire.run;

import io.github.parewire.opencl.DeviceList;
import io.github.parewire.result.OpenClDevices;

/** Looks for devices. */
public final class DevicesRun {

  private DevicesRun() {}

  /** The machine's OpenCL devices. */
  public static OpenClDevices run() {
    return DeviceList.look();
  }
}
