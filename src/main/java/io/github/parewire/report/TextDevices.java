package io.github.parewire.report;

import static io.github.parewire.report.Tables.alignedLeft;
import static io.github.parewire.report.Tables.alignedRight;
import static io.github.parewire.report.Tables.grouped;
import static io.github.parewire.report.Tables.table;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Message;
import io.github.parewire.message.Printable;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.Wording;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;
import java.util.ArrayList;
import java.util.List;

/** The machine's OpenCL devices, as lines for a terminal. */
public final class TextDevices {

  private static final long MEBIBYTE = 1L << 20;

  private TextDevices() {}

  /**
   * A row a device, and which one stands for the GPU.
   *
   * @param devices what there is
   * @param wording how options are called
   * @return the lines
   */
  public static List<String> lines(OpenClDevices devices, Wording wording) {
    List<String> lines =
        new ArrayList<>(
            table(
                devices.devices(),
                List.of(
                    alignedRight("#", device -> String.valueOf(device.number())),
                    alignedLeft("platform", OpenClDevice::platform),
                    alignedLeft("name", OpenClDevice::name),
                    alignedLeft("type", device -> LowerCase.of(device.type())),
                    alignedRight("MiB", device -> grouped(device.memory() / MEBIBYTE)),
                    alignedLeft("double", device -> device.doublePrecision() ? "yes" : "no"),
                    alignedLeft("driver", OpenClDevice::driver),
                    alignedLeft("usable", device -> device.obstacle().orElse("yes")))));
    if (!lines.isEmpty()) {
      lines.add("");
    }
    devices
        .obstacle()
        .ifPresent(why -> lines.add(why + "; " + String.join(", or ", devices.remedies())));
    if (devices.obstacle().isEmpty()) {
      lines.add(
          Message.of(
                  Message.option(RunOption.DEVICE, "gpu"),
                  devices
                      .gpu()
                      .map(device -> " takes number " + device.number())
                      .orElse(" finds no GPU that can be used"))
              .text(wording));
    }
    return lines.stream().map(Printable::line).toList();
  }
}
