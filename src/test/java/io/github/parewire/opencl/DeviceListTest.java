package io.github.parewire.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.Device;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is made of a process that looks for devices, and which of them is taken. */
final class DeviceListTest {

  private static OpenClDevice device(int number, OpenClDevice.Type type, String obstacle) {
    return new OpenClDevice(
        number,
        "Platform & Co=1",
        "Card\t" + number,
        "Maker",
        type,
        "OpenCL 3.0",
        "550.54.14",
        8L << 30,
        2L << 30,
        48 << 10,
        20,
        obstacle.isEmpty(),
        obstacle.isEmpty() ? Optional.empty() : Optional.of(obstacle));
  }

  private static final OpenClDevice PROCESSOR = device(0, OpenClDevice.Type.CPU, "");
  private static final OpenClDevice OLD =
      device(1, OpenClDevice.Type.GPU, "it has no double precision");
  private static final OpenClDevice CARD = device(2, OpenClDevice.Type.GPU, "");

  @Test
  void linesTellOfDevicesAmongOthersThatDriversPrint() {
    List<OpenClDevice> devices = List.of(PROCESSOR, OLD, CARD);
    OpenClDevices found =
        DeviceList.devices(
            List.of(
                "a driver's greeting",
                ProbeLines.device(PROCESSOR),
                ProbeLines.device(OLD),
                "parewire-device nonsense",
                ProbeLines.device(CARD),
                ProbeLines.end()),
            0);
    assertEquals(devices, found.devices());
    assertEquals(Optional.of(CARD), found.gpu());
    assertEquals(Optional.of(PROCESSOR), found.first());
  }

  @Test
  void aDriverThatEndsTheProcessIsSaidToDoSo() {
    OpenClDevices found = DeviceList.devices(List.of(ProbeLines.device(CARD)), 134);
    assertTrue(found.obstacle().orElseThrow().endsWith("with status 134"), found::toString);
    assertEquals(List.of(), found.devices());
  }

  @Test
  void noDeviceHasAReasonAndRemedies() {
    OpenClDevices noLoader = DeviceList.devices(List.of(ProbeLines.noLoader()), 0);
    assertTrue(noLoader.obstacle().orElseThrow().startsWith("no OpenCL: expected a loader"));
    OpenClDevices noDriver = DeviceList.devices(List.of(ProbeLines.end()), 0);
    assertTrue(noDriver.obstacle().orElseThrow().contains("finds no driver"));
    assertEquals(3, noDriver.remedies().size());
  }

  @Test
  void takesTheDeviceThatIsMeant() {
    OpenClDevices all = OpenClDevices.of(List.of(PROCESSOR, OLD, CARD));
    assertEquals(CARD, DeviceChoice.of(Device.GPU, all));
    assertEquals(PROCESSOR, DeviceChoice.of(Device.OPENCL, all));
    assertEquals(CARD, DeviceChoice.of(Device.opencl(2), all));
  }

  @Test
  void refusesWhatCanNotBeUsed() {
    OpenClDevices all = OpenClDevices.of(List.of(PROCESSOR, OLD));
    assertRefusal(
        "device opencl:1: Card\t1 (Platform & Co=1, driver 550.54.14) can't be used: it has no"
            + " double precision; use device cpu",
        Device.opencl(1),
        all);
    assertRefusal(
        "device opencl:2: expected a number from 0 to 1, found 2; use device cpu",
        Device.opencl(2),
        all);
    assertRefusal(
        "device gpu: expected a GPU that can be used, found 0, Card\t0 (Platform & Co=1, driver"
            + " 550.54.14): usable, but no GPU; 1, Card\t1 (Platform & Co=1, driver 550.54.14): it"
            + " has no double precision; use device opencl:0, or use device cpu",
        Device.GPU,
        all);
    assertRefusal(
        "device gpu: none; plug one in, or use device cpu",
        Device.GPU,
        OpenClDevices.none("none", "plug one in"));
  }

  private static void assertRefusal(String message, Device device, OpenClDevices there) {
    UnsupportedDeviceException refused =
        assertThrows(UnsupportedDeviceException.class, () -> DeviceChoice.of(device, there));
    assertEquals(message, refused.getMessage());
  }
}
