package io.github.parewire.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.message.LowerCase;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.LeftTensor;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.MatrixShape;
import java.util.Collection;
import java.util.OptionalDouble;

/** The parts that all reports for programs have in common. */
final class JsonLayers {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonLayers() {}

  /** A report as text, indented. */
  static String text(JsonNode report) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a layer is. */
  static ObjectNode layer(LayerDescription layer) {
    ObjectNode node = NODES.objectNode();
    node.put("number", layer.number());
    node.put("tensor", layer.tensor());
    node.put("operator", layer.operator());
    node.put("node", layer.node());
    node.set("dims", numbers(layer.dims()));
    node.put("type", layer.type());
    node.put("storage", LowerCase.of(layer.storage()));
    node.set("matrix", matrix(layer.matrix()));
    node.put("fanIn", layer.fans().in());
    node.put("fanOut", layer.fans().out());
    return node;
  }

  /** How many matrices a weight is, and of which shape. */
  static ObjectNode matrix(MatrixShape matrix) {
    return NODES
        .objectNode()
        .put("slices", matrix.slices())
        .put("outputs", matrix.outputs())
        .put("inputs", matrix.inputs());
  }

  /** What its weights are like, each on its own. */
  static ObjectNode weights(LayerStatistics weights) {
    ObjectNode node = NODES.objectNode();
    node.put("count", weights.weights());
    node.put("zeros", weights.zeros());
    put(node, "min", finite(weights, weights.min()));
    put(node, "max", finite(weights, weights.max()));
    put(node, "mean", finite(weights, weights.mean()));
    put(node, "standardDeviation", finite(weights, weights.standardDeviation()));
    put(node, "kurtosis", finite(weights, weights.kurtosis()));
    return node;
  }

  private static OptionalDouble finite(LayerStatistics weights, double value) {
    return weights.isFinite() && Double.isFinite(value)
        ? OptionalDouble.of(value)
        : OptionalDouble.empty();
  }

  /** What its weights look like. */
  static ObjectNode likeness(Likeness likeness) {
    ObjectNode node = NODES.objectNode();
    node.put("kind", LowerCase.of(likeness.kind()));
    node.set("initializers", strings(likeness.initializers()));
    node.put("rewired", likeness.rewired());
    node.set("evidence", strings(likeness.evidence()));
    return node;
  }

  /** A tensor that is no layer. */
  static ObjectNode left(LeftTensor tensor) {
    ObjectNode node = NODES.objectNode();
    node.put("tensor", tensor.name());
    node.set("dims", numbers(tensor.dims()));
    node.put("type", tensor.type());
    node.put("left", tensor.reason());
    return node;
  }

  /** A number, or null if it is none. */
  static void put(ObjectNode node, String name, OptionalDouble value) {
    if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
      node.put(name, value.getAsDouble());
    } else {
      node.putNull(name);
    }
  }

  static ArrayNode numbers(Collection<? extends Number> values) {
    ArrayNode array = NODES.arrayNode();
    values.forEach(value -> array.add(value.longValue()));
    return array;
  }

  static ArrayNode strings(Collection<String> values) {
    ArrayNode array = NODES.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
