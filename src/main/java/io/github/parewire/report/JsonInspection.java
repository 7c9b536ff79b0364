package io.github.parewire.report;

import static io.github.parewire.report.JsonLayers.put;
import static io.github.parewire.report.JsonLayers.strings;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import io.github.parewire.result.StrengthVariance;

/** What a model has, for programs: docs/inspect.schema.json describes it. */
public final class JsonInspection {

  /** Raised when a field is taken away or changes its meaning. */
  private static final int SCHEMA_VERSION = 1;

  private JsonInspection() {}

  /**
   * The inspection as text, indented.
   *
   * @param inspection what a model has
   * @return a JSON object
   */
  public static String text(Inspection inspection) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    ObjectNode versions = root.putObject("versions");
    inspection.host().versions().forEach(versions::put);
    ObjectNode model = root.putObject("model");
    model.put("path", inspection.path().toString());
    model.put("bytes", inspection.bytes());
    model.put("dataBytes", inspection.dataBytes());
    model.put("producer", inspection.producer());
    model.put("irVersion", inspection.irVersion());
    model.set("opsets", strings(inspection.opsets()));
    ArrayNode layers = root.putArray("layers");
    inspection.layers().forEach(layer -> layers.add(layer(layer)));
    ArrayNode left = root.putArray("left");
    inspection.left().forEach(tensor -> left.add(JsonLayers.left(tensor)));
    root.put("weights", inspection.weights());
    return JsonLayers.text(root);
  }

  private static ObjectNode layer(LayerInspection inspection) {
    ObjectNode node = JsonLayers.layer(inspection.layer());
    inspection.obstacle().ifPresent(why -> node.put("left", why));
    StrengthVariance variance = inspection.statistics().strengthVariance();
    put(node, "inputStrengthVariance", variance.input());
    put(node, "outputStrengthVariance", variance.output());
    StrengthVariance ideal = inspection.statistics().idealStrengthVariance();
    put(node, "idealInputStrengthVariance", ideal.input());
    put(node, "idealOutputStrengthVariance", ideal.output());
    node.set("weights", JsonLayers.weights(inspection.statistics()));
    node.set("looksLike", JsonLayers.likeness(inspection.likeness()));
    return node;
  }
}
