package io.github.parewire.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.message.LowerCase;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;

/** The machine's OpenCL devices, for programs: docs/devices.schema.json describes it. */
public final class JsonDevices {

  /** Raised when a field is taken away or changes its meaning. */
  private static final int SCHEMA_VERSION = 1;

  private JsonDevices() {}

  /**
   * The list as text, indented.
   *
   * @param devices what there is
   * @return a JSON object
   */
  public static String text(OpenClDevices devices) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    ArrayNode list = root.putArray("devices");
    devices.devices().forEach(device -> list.add(device(device)));
    if (devices.gpu().isPresent()) {
      root.put("gpu", devices.gpu().orElseThrow().number());
    } else {
      root.putNull("gpu");
    }
    root.put("obstacle", devices.obstacle().orElse(null));
    root.set("remedies", JsonLayers.strings(devices.remedies()));
    return JsonLayers.text(root);
  }

  static ObjectNode device(OpenClDevice device) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("number", device.number());
    node.put("platform", device.platform());
    node.put("name", device.name());
    node.put("vendor", device.vendor());
    node.put("type", LowerCase.of(device.type()));
    node.put("version", device.version());
    node.put("driver", device.driver());
    node.put("memory", device.memory());
    node.put("largestBuffer", device.largestBuffer());
    node.put("localMemory", device.localMemory());
    node.put("computeUnits", device.computeUnits());
    node.put("doublePrecision", device.doublePrecision());
    node.put("obstacle", device.obstacle().orElse(null));
    return node;
  }
}
