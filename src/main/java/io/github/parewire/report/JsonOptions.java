package io.github.parewire.report;

import static io.github.parewire.report.JsonLayers.numbers;
import static io.github.parewire.report.JsonLayers.strings;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.message.LowerCase;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.Selection;
import io.github.parewire.options.VerificationOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The options of a run, for programs: each under the name of the component that holds it. */
final class JsonOptions {

  private JsonOptions() {}

  static ObjectNode of(RewireOptions options) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("seed", options.streams().seed());
    node.put("sharedStream", options.streams().sharedStream());
    node.put("passes", LowerCase.of(options.rule().passes()));
    putSelection(node, options.rule().selection());
    node.put("kernel", LowerCase.of(options.execution().kernel()));
    node.put("device", options.execution().device().toString());
    node.put("threads", options.execution().threads());
    node.put("groups", LowerCase.of(options.layers().groups()));
    node.set("include", strings(options.layers().include()));
    node.set("exclude", strings(options.layers().exclude()));
    putVerification(node, options);
    putFiles(node, options.files());
    node.put("hashes", options.report().hashes());
    node.put("sketches", options.report().sketches());
    return node;
  }

  private static void putSelection(ObjectNode node, Selection selection) {
    node.put("selection", selection.name());
    if (selection instanceof Selection.Draw draw) {
      node.put("offset", draw.offset());
      node.put("sampler", LowerCase.of(draw.sampler()));
    } else {
      node.put("offset", Selection.Draw.AUTHORS_OFFSET);
      node.putNull("sampler");
    }
    node.put("draws", selection instanceof Selection.BestOf best ? (Integer) best.draws() : null);
  }

  private static void putVerification(ObjectNode node, RewireOptions options) {
    VerificationOptions verification = options.verification();
    node.put("check", LowerCase.of(verification.check()));
    node.put("run", verification.run());
    node.put("runOn", LowerCase.of(options.runDevice()));
    ObjectNode shapes = node.putObject("inputShapes");
    Map<String, java.util.List<Long>> sorted = new TreeMap<>(verification.inputShapes().shapes());
    sorted.forEach((input, shape) -> shapes.set(input, numbers(shape)));
  }

  private static void putFiles(ObjectNode node, FileOptions files) {
    node.put("allowHardLinks", files.allowHardLinks());
    node.put("saveAsExternalData", files.saveAsExternalData());
    node.put("externalData", files.externalData().orElse(null));
    node.put("oneFilePerTensor", files.oneFilePerTensor());
    node.put("weightsOut", files.weightsOut().map(Path::toString).orElse(null));
    node.put("force", files.force());
  }
}
