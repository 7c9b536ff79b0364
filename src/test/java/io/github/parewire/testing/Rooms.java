package io.github.parewire.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rooms of the house, and which others each imports: docs/house.md has the picture. */
public final class Rooms {

  /** The package around the rooms, which holds the fronts. */
  public static final String FRONTS = "(fronts)";

  /** Every room, those that import nothing first. */
  public static final Map<String, List<String>> IMPORTS = imports();

  /** The rooms that programs call. */
  public static final List<String> API = List.of(FRONTS, "options", "result", "message", "report");

  private Rooms() {}

  private static Map<String, List<String>> imports() {
    Map<String, List<String>> rooms = new LinkedHashMap<>();
    // Values.
    rooms.put("message", List.of());
    rooms.put("options", List.of("message"));
    rooms.put("result", List.of("message", "options"));
    // What knows nothing of ONNX.
    rooms.put("parallel", List.of());
    rooms.put("numpy", List.of());
    rooms.put("array", List.of("message"));
    rooms.put("host", List.of("result"));
    rooms.put("device", List.of("message", "result"));
    rooms.put("rewire", List.of("options", "parallel", "numpy", "array"));
    rooms.put("lockstep", List.of("options", "parallel", "numpy", "array", "rewire"));
    rooms.put(
        "opencl", List.of("message", "options", "result", "parallel", "numpy", "array", "rewire"));
    // The stages, in order.
    rooms.put("model", List.of("message", "result"));
    rooms.put("layers", List.of("message", "options", "result", "model"));
    rooms.put("weights", List.of("parallel", "array", "model", "layers"));
    rooms.put("measure", List.of("result", "parallel", "array", "model", "layers"));
    rooms.put("pattern", List.of("result", "parallel", "numpy", "model", "layers", "measure"));
    rooms.put("hash", List.of("result", "model"));
    rooms.put("write", List.of("message", "options", "model"));
    rooms.put("verify", List.of("message", "options", "result", "parallel", "model"));
    rooms.put(
        "export",
        List.of("message", "options", "parallel", "model", "layers", "weights", "hash", "write"));
    rooms.put("report", List.of("message", "options", "result"));
    // Who puts them together.
    rooms.put(
        "run",
        List.of(
            "message",
            "options",
            "result",
            "parallel",
            "numpy",
            "array",
            "host",
            "device",
            "rewire",
            "lockstep",
            "opencl",
            "model",
            "layers",
            "weights",
            "measure",
            "pattern",
            "hash",
            "write",
            "verify",
            "export"));
    rooms.put(FRONTS, List.of("options", "result", "run"));
    rooms.put("cli", List.of(FRONTS, "message", "options", "result", "report", "host", "write"));
    return rooms;
  }
}
