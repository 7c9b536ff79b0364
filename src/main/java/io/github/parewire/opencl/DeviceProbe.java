package io.github.parewire.opencl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Looks for devices in a process of its own, which a broken driver may end: {@link DeviceList}
 * starts it.
 */
final class DeviceProbe {

  private DeviceProbe() {}

  /**
   * Prints a line a device.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    try {
      for (DeviceQuery.Found found : DeviceQuery.all()) {
        out.println(ProbeLines.device(found.description()));
      }
    } catch (UnsatisfiedLinkError e) {
      out.println(ProbeLines.noLoader());
    }
    out.println(ProbeLines.end());
  }
}
