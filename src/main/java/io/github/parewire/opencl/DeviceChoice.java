package io.github.parewire.opencl;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.Device;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which of the machine's devices is meant. */
public final class DeviceChoice {

  private DeviceChoice() {}

  /**
   * The device that is asked for.
   *
   * @param device one of OpenCL's
   * @param there what there is
   * @throws UnsupportedDeviceException if it is not there, or can't be used
   */
  public static OpenClDevice of(Device device, OpenClDevices there) {
    if (there.obstacle().isPresent()) {
      throw refusal(
          device,
          there.obstacle().orElseThrow(),
          there.remedies().stream().map(Message::of).toList());
    }
    if (device.number().isPresent()) {
      return numbered(device, there.devices());
    }
    Optional<OpenClDevice> found = device.equals(Device.GPU) ? there.gpu() : there.first();
    return found.orElseThrow(() -> noneUsable(device, there));
  }

  private static OpenClDevice numbered(Device device, List<OpenClDevice> there) {
    int number = device.number().orElseThrow();
    if (number >= there.size()) {
      throw refusal(
          device,
          "expected a number from 0 to " + (there.size() - 1) + ", found " + number,
          List.of());
    }
    OpenClDevice found = there.get(number);
    if (!found.isUsable()) {
      throw refusal(device, found + " can't be used: " + found.obstacle().orElseThrow(), List.of());
    }
    return found;
  }

  /** There are devices, but of another type, or none of them will do. */
  private static UnsupportedDeviceException noneUsable(Device device, OpenClDevices there) {
    List<String> each = new ArrayList<>();
    for (OpenClDevice one : there.devices()) {
      each.add(
          one.number() + ", " + one + ": " + one.obstacle().orElseGet(() -> "usable, but no GPU"));
    }
    return refusal(
        device,
        "expected a GPU that can be used, found " + String.join("; ", each),
        there.first().stream()
            .map(
                other ->
                    Message.of(
                        "use ", Message.option(RunOption.DEVICE, Device.opencl(other.number()))))
            .toList());
  }

  private static UnsupportedDeviceException refusal(
      Device device, String found, List<Message> remedies) {
    return UnsupportedDeviceException.of(device.toString(), found, remedies);
  }
}
