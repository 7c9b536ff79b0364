package io.github.parewire.report;

import static io.github.parewire.report.JsonLayers.numbers;
import static io.github.parewire.report.JsonLayers.put;
import static io.github.parewire.report.JsonLayers.strings;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.device.Gpu;
import io.github.parewire.layers.Layer;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.verify.Proof;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** A report for programs: docs/report.schema.json describes it. */
public final class JsonReport {

  /** Raised when a field is taken away or changes its meaning. */
  private static final int SCHEMA_VERSION = 1;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonReport() {}

  /** The report as text, indented. */
  public static String text(Report report) {
    return JsonLayers.text(tree(report));
  }

  private static ObjectNode tree(Report report) {
    ObjectNode root = NODES.objectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    ObjectNode versions = root.putObject("versions");
    Versions.all().forEach(versions::put);
    root.set("host", host(report.gpu()));
    root.set("settings", settings(report.settings()));
    root.set("input", files(report.in().toString(), report.inputFiles()));
    report.out().ifPresent(out -> root.set("output", files(out.toString(), report.outputFiles())));
    ArrayNode layers = root.putArray("layers");
    report.layers().forEach(layer -> layers.add(layer(layer, report.settings())));
    ArrayNode left = root.putArray("left");
    report.left().forEach(tensor -> left.add(JsonLayers.left(tensor)));
    ArrayNode warnings = root.putArray("warnings");
    report.warnings().forEach(warning -> warnings.add(warning(warning)));
    ArrayNode proofs = root.putArray("proofs");
    report.verification().ifPresent(v -> v.proofs().forEach(proof -> proofs.add(proof(proof))));
    root.put("weights", report.weights());
    ObjectNode seconds = root.putObject("seconds");
    for (StageTimes.Stage stage : StageTimes.Stage.values()) {
      seconds.put(LowerCase.of(stage), report.times().of(stage).toNanos() / 1e9);
    }
    return root;
  }

  private static ObjectNode host(Optional<Gpu> gpu) {
    ObjectNode node =
        NODES
            .objectNode()
            .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
            .put("java", System.getProperty("java.version"))
            .put("processors", Runtime.getRuntime().availableProcessors())
            .put("device", gpu.isPresent() ? "cuda" : "cpu");
    gpu.ifPresent(
        card ->
            node.putObject("gpu")
                .put("name", card.name())
                .put("driver", card.driver().toString())
                .put("computeCapability", card.capability().toString()));
    return node;
  }

  private static ObjectNode settings(RunSettings settings) {
    ObjectNode node = NODES.objectNode();
    node.put("seed", settings.seed());
    node.put("sharedStream", settings.sharedStream());
    node.put("passes", settings.passes());
    node.put("selection", settings.selection());
    node.put("offset", settings.rule().offset());
    node.put("sampler", settings.sampler().orElse(null));
    node.put("kernel", settings.kernel());
    node.put("groups", settings.groups());
    node.set("include", strings(settings.include()));
    node.set("exclude", strings(settings.exclude()));
    node.put("threads", settings.threads());
    node.put("check", settings.check());
    return node;
  }

  private static ObjectNode files(String path, List<FileHash> hashes) {
    ObjectNode node = NODES.objectNode();
    node.put("path", path);
    ArrayNode files = node.putArray("files");
    for (FileHash hash : hashes) {
      files
          .addObject()
          .put("path", hash.path().toString())
          .put("bytes", hash.bytes())
          .put("sha256", hash.sha256());
    }
    return node;
  }

  private static ObjectNode layer(LayerReport report, RunSettings settings) {
    Layer layer = report.layer();
    ObjectNode node = JsonLayers.layer(layer);
    node.set(
        "spawnKey",
        settings.sharedStream() ? NODES.arrayNode() : numbers(List.of((long) layer.number())));
    node.put("rewired", report.isRewired());
    report.left().ifPresent(why -> node.put("left", why));
    if (report.isRewired()) {
      node.set("inputStrengthVariance", variance(report, StrengthVariance::input));
      node.set("outputStrengthVariance", variance(report, StrengthVariance::output));
      node.set("weights", JsonLayers.weights(report.statistics().orElseThrow()));
      node.set("looksLike", JsonLayers.likeness(report.likeness().orElseThrow()));
    }
    report.sortedWeightsSha256().ifPresent(hash -> node.put("sortedWeightsSha256", hash));
    return node;
  }

  /** Null with fewer than two neurons, or where it overflows. */
  private static ObjectNode variance(
      LayerReport report, Function<StrengthVariance, OptionalDouble> side) {
    ObjectNode node = NODES.objectNode();
    put(node, "before", side.apply(report.before().orElseThrow()));
    put(node, "after", side.apply(report.after().orElseThrow()));
    return node;
  }

  private static ObjectNode warning(Warning warning) {
    ObjectNode node = NODES.objectNode();
    node.put("kind", warning.kind().toString());
    node.set("layers", numbers(warning.layers()));
    node.put("text", warning.text());
    return node;
  }

  private static ObjectNode proof(Proof proof) {
    return NODES
        .objectNode()
        .put("name", proof.name())
        .put("outcome", LowerCase.of(proof.outcome()))
        .put("detail", proof.detail());
  }
}
