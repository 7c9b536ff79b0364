package io.github.parewire.report;

import static io.github.parewire.report.JsonLayers.numbers;
import static io.github.parewire.report.JsonLayers.put;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Wording;
import io.github.parewire.options.RewireJob;
import io.github.parewire.options.StreamOptions;
import io.github.parewire.result.FileHash;
import io.github.parewire.result.Host;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.result.StageTimes;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.result.Warning;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/** A report for programs: docs/report.schema.json describes it. */
public final class JsonReport {

  /** Raised when a field is taken away or changes its meaning. */
  private static final int SCHEMA_VERSION = 1;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Wording wording;

  private JsonReport(Wording wording) {
    this.wording = wording;
  }

  /**
   * The report as text, indented.
   *
   * @param report what a run did
   * @param wording how its texts call options and commands
   * @return a JSON object
   */
  public static String text(Report report, Wording wording) {
    return JsonLayers.text(new JsonReport(wording).tree(report));
  }

  /**
   * The report as one line, as many models have one each.
   *
   * @param report what a run did
   * @param wording how its texts call options and commands
   * @return a JSON object without a line break
   */
  public static String line(Report report, Wording wording) {
    return new JsonReport(wording).tree(report).toString();
  }

  /**
   * The line of a model that has failed.
   *
   * @param job the model
   * @param exitCode how a run of it alone would have ended
   * @param error what went wrong
   * @return a JSON object without a line break
   */
  public static String failureLine(RewireJob job, int exitCode, String error) {
    ObjectNode root = NODES.objectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    root.set("input", files(job.in().toString(), List.of()));
    job.out().ifPresent(out -> root.set("output", files(out.toString(), List.of())));
    root.put("exitCode", exitCode);
    root.put("error", error);
    return root.toString();
  }

  private ObjectNode tree(Report report) {
    ObjectNode root = NODES.objectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    ObjectNode versions = root.putObject("versions");
    report.host().versions().forEach(versions::put);
    root.set("host", host(report.host()));
    root.set("settings", JsonOptions.of(report.options()));
    root.set("input", files(report.in().toString(), report.inputFiles()));
    report.out().ifPresent(out -> root.set("output", files(out.toString(), report.outputFiles())));
    ArrayNode layers = root.putArray("layers");
    report.layers().forEach(layer -> layers.add(layer(layer, report.options().streams())));
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

  private static ObjectNode host(Host host) {
    ObjectNode node =
        NODES
            .objectNode()
            .put("os", host.os())
            .put("java", host.java())
            .put("processors", host.processors())
            .put(
                "device",
                host.openCl().isPresent() ? "opencl" : host.gpu().isPresent() ? "cuda" : "cpu");
    host.gpu()
        .ifPresent(
            card ->
                node.putObject("gpu")
                    .put("name", card.name())
                    .put("driver", card.driver().toString())
                    .put("computeCapability", card.capability().toString()));
    host.openCl().ifPresent(device -> node.set("openCl", JsonDevices.device(device)));
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

  private static ObjectNode layer(LayerReport report, StreamOptions streams) {
    ObjectNode node = JsonLayers.layer(report.layer());
    node.set(
        "spawnKey",
        streams.sharedStream()
            ? NODES.arrayNode()
            : numbers(List.of((long) report.layer().number())));
    node.put("rewired", report instanceof LayerReport.Rewired);
    if (report instanceof LayerReport.Left left) {
      node.put("left", left.reason());
    } else if (report instanceof LayerReport.Rewired rewired) {
      node.set("inputStrengthVariance", variance(rewired, StrengthVariance::input));
      node.set("outputStrengthVariance", variance(rewired, StrengthVariance::output));
      node.set("weights", JsonLayers.weights(rewired.statistics()));
      node.set("looksLike", JsonLayers.likeness(rewired.likeness()));
      rewired.sortedWeightsSha256().ifPresent(hash -> node.put("sortedWeightsSha256", hash));
    }
    return node;
  }

  /** Null with fewer than two neurons, or where it overflows. */
  private static ObjectNode variance(
      LayerReport.Rewired report, Function<StrengthVariance, OptionalDouble> side) {
    ObjectNode node = NODES.objectNode();
    put(node, "before", side.apply(report.before()));
    put(node, "after", side.apply(report.after()));
    return node;
  }

  private ObjectNode warning(Warning warning) {
    ObjectNode node = NODES.objectNode();
    node.put("kind", LowerCase.of(warning.kind()));
    node.set("layers", numbers(warning.layers()));
    node.put("text", warning.text().text(wording));
    return node;
  }

  private ObjectNode proof(Proof proof) {
    return NODES
        .objectNode()
        .put("name", proof.name())
        .put("outcome", LowerCase.of(proof.outcome()))
        .put("detail", proof.detail().text(wording));
  }
}
