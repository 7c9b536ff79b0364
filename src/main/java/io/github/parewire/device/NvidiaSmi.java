package io.github.parewire.device;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.result.Gpu;
import io.github.parewire.result.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks {@code nvidia-smi}, which comes with NVIDIA's driver, found on the PATH. */
public final class NvidiaSmi implements GpuQuery {

  private static final long LIMIT_SECONDS = 30;
  private static final long MEBIBYTE = 1L << 20;

  /** What drivers of the last ten years can tell. */
  private static final String DRIVER = "driver_version";

  private static final List<String> FIELDS =
      List.of("index", "uuid", "name", DRIVER, "compute_cap", "memory.free");

  @Override
  public List<Gpu> gpus() {
    List<String> drivers = query(DRIVER);
    if (drivers.isEmpty()) {
      return List.of();
    }
    // Drivers that are too old know no compute capability.
    CudaRequirements.requireDriver(version(drivers.get(0)));
    List<Gpu> gpus = new ArrayList<>();
    for (String line : query(String.join(",", FIELDS))) {
      gpus.add(gpu(line));
    }
    return gpus;
  }

  private static Gpu gpu(String line) {
    String[] fields = line.split(", *", -1);
    if (fields.length != FIELDS.size()) {
      throw unclear(line);
    }
    try {
      return new Gpu(
          Integer.parseInt(fields[0]),
          fields[1],
          fields[2],
          version(fields[3]),
          Version.parse(fields[4]),
          Long.parseLong(fields[5]) * MEBIBYTE);
    } catch (NumberFormatException e) {
      throw unclear(line);
    }
  }

  private static Version version(String text) {
    try {
      return Version.parse(text);
    } catch (NumberFormatException e) {
      throw unclear(text);
    }
  }

  private static UnsupportedDeviceException unclear(String line) {
    return new UnsupportedDeviceException(
        "nvidia-smi does not say what was asked, but '" + line + "'");
  }

  private static List<String> query(String fields) {
    Process process = start("--query-gpu=" + fields, "--format=csv,noheader,nounits");
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new UnsupportedDeviceException(
            "nvidia-smi gave no answer in " + LIMIT_SECONDS + " seconds");
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new UnsupportedDeviceException("nvidia-smi says: " + firstLine(output));
      }
      return output.lines().filter(line -> !line.isBlank()).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnsupportedDeviceException("interrupted while asking nvidia-smi");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(String... arguments) {
    List<String> command = new ArrayList<>(List.of("nvidia-smi"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UnsupportedDeviceException(
          "no NVIDIA GPU: nvidia-smi, which comes with the driver, is not on the PATH");
    }
  }

  private static String firstLine(String output) {
    return output.lines().findFirst().orElse("nothing");
  }
}
