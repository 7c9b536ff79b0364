package io.github.parewire.report;

import static io.github.parewire.report.JsonLayers.put;
import static io.github.parewire.report.JsonLayers.strings;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.result.Centrality;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.NeuronStrengths;
import io.github.parewire.result.RecurrentInspection;
import io.github.parewire.result.StrengthVariance;
import java.util.OptionalDouble;

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
    ArrayNode recurrent = root.putArray("recurrent");
    inspection.recurrent().forEach(weight -> recurrent.add(recurrent(weight)));
    root.put("weights", inspection.weights());
    return JsonLayers.text(root);
  }

  private static ObjectNode layer(LayerInspection inspection) {
    ObjectNode node = JsonLayers.layer(inspection.layer());
    inspection.obstacle().ifPresent(why -> node.put("left", why));
    putStatistics(node, inspection.statistics(), inspection.centrality());
    node.set("looksLike", JsonLayers.likeness(inspection.likeness()));
    return node;
  }

  private static ObjectNode recurrent(RecurrentInspection weight) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("tensor", weight.tensor());
    node.put("operator", weight.operator());
    node.put("node", weight.node());
    node.set("dims", JsonLayers.numbers(weight.dims()));
    node.put("type", weight.type());
    node.set("matrix", JsonLayers.matrix(weight.matrix()));
    putStatistics(node, weight.statistics(), weight.centrality());
    return node;
  }

  private static void putStatistics(
      ObjectNode node, LayerStatistics statistics, Centrality centrality) {
    StrengthVariance variance = statistics.strengthVariance();
    put(node, "inputStrengthVariance", variance.input());
    put(node, "outputStrengthVariance", variance.output());
    StrengthVariance ideal = statistics.idealStrengthVariance();
    put(node, "idealInputStrengthVariance", ideal.input());
    put(node, "idealOutputStrengthVariance", ideal.output());
    node.set("inputStrengths", strengths(centrality.inputs()));
    node.set("outputStrengths", strengths(centrality.outputs()));
    node.set("weights", JsonLayers.weights(statistics));
  }

  private static ObjectNode strengths(NeuronStrengths strengths) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("neurons", strengths.neurons());
    put(node, "mean", OptionalDouble.of(strengths.mean()));
    put(node, "skewness", OptionalDouble.of(strengths.skewness()));
    node.put("skewnessError", strengths.skewnessError());
    node.put("expectedDeviations", strengths.expectedDeviations());
    node.set("weakest", neuron(strengths.weakest()));
    node.set("strongest", neuron(strengths.strongest()));
    return node;
  }

  private static ObjectNode neuron(NeuronStrengths.Neuron neuron) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("matrix", neuron.matrix());
    node.put("neuron", neuron.neuron());
    put(node, "strength", OptionalDouble.of(neuron.strength()));
    return node;
  }
}
