package io.github.parewire.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.result.Histogram;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.LayerSketch;
import io.github.parewire.result.MatrixPicture;
import io.github.parewire.result.Report;
import io.github.parewire.result.StrengthVariance;
import java.util.Base64;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** What the script of the HTML report draws, as JSON for a script element. */
final class PageData {

  /** ASCII, and with no less-than sign, so that no name can end the element. */
  private static final ObjectWriter WRITER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build().writer();

  /** Share of the cells that have a colour of their own. */
  private static final double WITHIN_LIMIT = 0.99;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private PageData() {}

  static String of(Report report) {
    ArrayNode layers = NODES.arrayNode();
    for (LayerReport.Rewired layer : report.rewired()) {
      ObjectNode node = layer(layer);
      layer.sketch().ifPresent(sketch -> addSketch(node, sketch));
      layers.add(node);
    }
    try {
      // Outside of strings JSON has no such sign.
      return WRITER.writeValueAsString(layers).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode layer(LayerReport.Rewired report) {
    LayerDescription layer = report.layer();
    ObjectNode node = NODES.objectNode();
    node.put("number", layer.number());
    node.put("tensor", layer.tensor());
    node.put("operator", layer.operator());
    node.put("node", layer.node());
    node.put("shape", Tables.shape(layer.dims()));
    node.put("type", layer.type());
    node.put("slices", layer.matrix().slices());
    node.put("outputs", layer.matrix().outputs());
    node.put("inputs", layer.matrix().inputs());
    node.set("input", variance(report, StrengthVariance::input));
    node.set("output", variance(report, StrengthVariance::output));
    return node;
  }

  /** Before and after; null with fewer than two neurons. */
  private static ArrayNode variance(
      LayerReport.Rewired report, Function<StrengthVariance, OptionalDouble> side) {
    ArrayNode values = NODES.arrayNode();
    for (StrengthVariance at : List.of(report.before(), report.after())) {
      OptionalDouble value = side.apply(at);
      if (value.isPresent()) {
        values.add(value.getAsDouble());
      } else {
        values.addNull();
      }
    }
    return values;
  }

  private static void addSketch(ObjectNode node, LayerSketch sketch) {
    node.set("inputStrengths", histogram(sketch.inputs()));
    node.set("outputStrengths", histogram(sketch.outputs()));
    double limit = limit(sketch);
    node.putObject("picture")
        .put("rows", sketch.before().rows())
        .put("columns", sketch.before().columns())
        .put("height", sketch.before().height())
        .put("width", sketch.before().width())
        .put("limit", limit)
        .put("before", cells(sketch.before(), limit))
        .put("after", cells(sketch.after(), limit));
  }

  /** The magnitude that few cells exceed: a single outlier would make all others pale. */
  private static double limit(LayerSketch sketch) {
    double[] magnitudes =
        DoubleStream.concat(sketch.before().means(), sketch.after().means())
            .map(Math::abs)
            .sorted()
            .toArray();
    return magnitudes[(int) Math.ceil(WITHIN_LIMIT * (magnitudes.length - 1))];
  }

  private static ObjectNode histogram(Histogram histogram) {
    ObjectNode node = NODES.objectNode();
    node.put("low", histogram.low());
    node.put("high", histogram.high());
    histogram.before().forEach(node.putArray("before")::add);
    histogram.after().forEach(node.putArray("after")::add);
    return node;
  }

  /** A signed byte a cell, row by row: 127 is the limit and more. */
  private static String cells(MatrixPicture picture, double limit) {
    double[] means = picture.means().toArray();
    byte[] cells = new byte[means.length];
    for (int i = 0; i < cells.length; i++) {
      // Where the limit is 0, any other cell is beyond it.
      double share = limit == 0 ? Math.signum(means[i]) : means[i] / limit;
      cells[i] = (byte) Math.round(Math.max(-1, Math.min(1, share)) * Byte.MAX_VALUE);
    }
    return Base64.getEncoder().encodeToString(cells);
  }
}
