package io.github.parewire.opencl;

import io.github.parewire.array.NativesFolder;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The machine's OpenCL devices, without loading a driver into this process. */
public final class DeviceList {

  /** Some drivers compile something of their own at their first start. */
  private static final long LIMIT_SECONDS = 120;

  /** What a process that is told otherwise by a property hands on. */
  private static final List<String> PROPERTIES =
      List.of(
          ClLibrary.PROPERTY, NativesFolder.UNPACKED, "org.bytedeco.javacpp.cachedir", "user.home");

  private static final String FOR_PROCESSOR = "install pocl-opencl-icd to try it on the processor";

  private DeviceList() {}

  /**
   * Looks for devices, which takes a second.
   *
   * @return those that are there, or why there are none
   */
  public static OpenClDevices look() {
    try {
      Path file = Files.createTempFile("devices", null);
      try {
        return look(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OpenClDevices look(Path file) throws IOException {
    Process process =
        new ProcessBuilder(command())
            .redirectOutput(file.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        return OpenClDevices.none(
            "a driver gave no answer in " + LIMIT_SECONDS + " seconds",
            "find out with 'clinfo' which one, and install another");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OpenClDevices.none("interrupted while looking for devices");
    } finally {
      process.destroyForcibly();
    }
    String output = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return devices(output.lines().toList(), process.exitValue());
  }

  /** What a process said, and how it ended. */
  static OpenClDevices devices(List<String> lines, int status) {
    if (ProbeLines.tellOfNoLoader(lines)) {
      return OpenClDevices.none(
          "no OpenCL: expected a loader, "
              + String.join(" or ", ClLibrary.names())
              + ", found none",
          "install ocl-icd-libopencl1, or whatever has it on this system");
    }
    if (!ProbeLines.areComplete(lines)) {
      return OpenClDevices.none(
          "an OpenCL driver ends a process that asks it for devices, with status " + status,
          "find out with 'clinfo' which one, and install another");
    }
    List<OpenClDevice> devices = ProbeLines.devices(lines);
    return devices.isEmpty()
        ? OpenClDevices.none(
            "no OpenCL device: the loader is there, and finds no driver",
            "install the OpenCL part of the GPU's driver",
            "set the environment variable OCL_ICD_VENDORS=libnvidia-opencl.so.1 in a container"
                + " that has NVIDIA's driver",
            FOR_PROCESSOR)
        : OpenClDevices.of(devices);
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx64m"));
    for (String property : PROPERTIES) {
      String value = System.getProperty(property);
      if (value != null) {
        command.add("-D" + property + "=" + value);
      }
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), DeviceProbe.class.getName()));
    return command;
  }
}
