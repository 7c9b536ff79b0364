package io.github.parewire.result;

import java.util.List;
import java.util.Optional;

/**
 * The machine's OpenCL devices.
 *
 * @param devices all of them, by number; those that can't be used, too
 * @param obstacle why there are none, or why they could not be asked for; empty if there are some
 * @param remedies what to do about that, each by itself
 */
public record OpenClDevices(
    List<OpenClDevice> devices, Optional<String> obstacle, List<String> remedies) {

  /** Copies its arguments. */
  public OpenClDevices {
    devices = List.copyOf(devices);
    remedies = List.copyOf(remedies);
  }

  /**
   * Some devices.
   *
   * @param devices one or more
   * @return the list
   */
  public static OpenClDevices of(List<OpenClDevice> devices) {
    return new OpenClDevices(devices, Optional.empty(), List.of());
  }

  /**
   * No devices.
   *
   * @param obstacle why
   * @param remedies what to do about it
   * @return an empty list
   */
  public static OpenClDevices none(String obstacle, String... remedies) {
    return new OpenClDevices(List.of(), Optional.of(obstacle), List.of(remedies));
  }

  /** {@return the GPU to take unless another device is named: the first that can be used} */
  public Optional<OpenClDevice> gpu() {
    return devices.stream()
        .filter(device -> device.isUsable() && device.type() == OpenClDevice.Type.GPU)
        .findFirst();
  }

  /** {@return the first device of any type that can be used} */
  public Optional<OpenClDevice> first() {
    return devices.stream().filter(OpenClDevice::isUsable).findFirst();
  }
}
