package io.github.parewire;

import io.github.parewire.result.OpenClDevices;
import io.github.parewire.run.DevicesRun;

/** Looks for the devices that layers can be rewired on, besides the processor. */
public final class DeviceFinder {

  /** Makes a finder, which can look any number of times. */
  public DeviceFinder() {}

  /**
   * Looks for OpenCL devices in a process of its own, which takes a second: a broken driver can't
   * end this one.
   *
   * @return all of them; or none, and why
   */
  public OpenClDevices find() {
    return DevicesRun.run();
  }
}
