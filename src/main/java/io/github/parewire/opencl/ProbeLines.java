package io.github.parewire.opencl;

import io.github.parewire.result.OpenClDevice;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the process that looks for devices tells what it found: a line each, in which other lines do
 * no harm, since some drivers print.
 */
final class ProbeLines {

  private static final String DEVICE = "parewire-device ";
  private static final String NO_LOADER = "parewire-no-loader";
  private static final String END = "parewire-end";
  private static final int FIELDS = 13;

  private ProbeLines() {}

  static String device(OpenClDevice device) {
    List<Object> fields =
        List.of(
            device.number(),
            device.platform(),
            device.name(),
            device.vendor(),
            device.type(),
            device.version(),
            device.driver(),
            device.memory(),
            device.largestBuffer(),
            device.localMemory(),
            device.computeUnits(),
            device.doublePrecision(),
            device.obstacle().orElse(""));
    List<String> encoded =
        fields.stream()
            .map(field -> URLEncoder.encode(field.toString(), StandardCharsets.UTF_8))
            .toList();
    return DEVICE + String.join("&", encoded);
  }

  /** The line of a process that found no loader. */
  static String noLoader() {
    return NO_LOADER;
  }

  /** The last line of a process that has told all. */
  static String end() {
    return END;
  }

  /** The devices that lines tell of; no line is wrong. */
  static List<OpenClDevice> devices(List<String> lines) {
    return lines.stream().flatMap(ProbeLines::parse).toList();
  }

  static boolean tellOfNoLoader(List<String> lines) {
    return lines.contains(NO_LOADER);
  }

  static boolean areComplete(List<String> lines) {
    return lines.contains(END);
  }

  private static Stream<OpenClDevice> parse(String line) {
    if (!line.startsWith(DEVICE)) {
      return Stream.empty();
    }
    String[] fields =
        Arrays.stream(line.substring(DEVICE.length()).split("&", -1))
            .map(field -> URLDecoder.decode(field, StandardCharsets.UTF_8))
            .toArray(String[]::new);
    if (fields.length != FIELDS) {
      return Stream.empty();
    }
    return Stream.of(
        new OpenClDevice(
            Integer.parseInt(fields[0]),
            fields[1],
            fields[2],
            fields[3],
            OpenClDevice.Type.valueOf(fields[4]),
            fields[5],
            fields[6],
            Long.parseLong(fields[7]),
            Long.parseLong(fields[8]),
            Long.parseLong(fields[9]),
            Integer.parseInt(fields[10]),
            Boolean.parseBoolean(fields[11]),
            fields[12].isEmpty() ? Optional.empty() : Optional.of(fields[12])));
  }
}
