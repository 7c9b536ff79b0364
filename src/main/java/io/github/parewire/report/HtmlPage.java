package io.github.parewire.report;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Wording;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.Selection;
import io.github.parewire.result.FileHash;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.LayerSketch;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.result.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the template of the HTML report shows, in words and figures; it escapes them. */
final class HtmlPage implements Page {

  private final Report report;
  private final Wording wording;
  private final List<String> arguments;
  private final PageScript script = new PageScript();

  HtmlPage(Report report, List<String> arguments, Wording wording) {
    this.report = report;
    this.wording = wording;
    this.arguments = arguments;
  }

  /** A setting. */
  record Entry(String name, String value) {}

  /** A layer that was rewired. */
  record Row(
      int number, String tensor, String operator, String matrix, Change input, Change output) {}

  /** A variance before and after. */
  record Change(OptionalDouble first, OptionalDouble second) {

    static Change of(LayerReport.Rewired layer, Function<StrengthVariance, OptionalDouble> side) {
      return new Change(side.apply(layer.before()), side.apply(layer.after()));
    }

    String before() {
      return Tables.number(first);
    }

    String after() {
      return Tables.number(second);
    }

    /** After as a share of before; empty if that is no number. */
    OptionalDouble ratio() {
      return first.isPresent() && second.isPresent() && first.getAsDouble() > 0
          ? OptionalDouble.of(second.getAsDouble() / first.getAsDouble())
          : OptionalDouble.empty();
    }

    String percent() {
      return HtmlPage.percent(ratio());
    }
  }

  @Override
  public String policy() {
    return script.policy();
  }

  String script() {
    return script.text();
  }

  String data() {
    return PageData.of(report);
  }

  @Override
  public String version() {
    return report.host().versions().get("onnx-parewire");
  }

  /** The name of the file that the page is about. */
  @Override
  public String heading() {
    return report.out().orElse(report.in()).getFileName().toString();
  }

  @Override
  public String lead() {
    return report
        .out()
        .map(out -> report.in() + ", rewired by preferential attachment to " + out)
        .orElse(report.in() + ": a dry run of preferential-attachment rewiring");
  }

  @Override
  public List<Tile> tiles() {
    int rewired = report.rewired().size();
    return List.of(
        new Tile(
            report.out().isPresent() ? "rewired" : "would be rewired",
            Tables.count(rewired, "layer"),
            "of "
                + Tables.grouped(report.layers().size())
                + " found; "
                + Tables.count(left().size(), "tensor")
                + " left",
            ""),
        new Tile("weights reordered", Tables.grouped(report.weights()), "no value changed", ""),
        new Tile(
            "input variance", median(StrengthVariance::input), "of strengths, median layer", ""),
        new Tile(
            "output variance", median(StrengthVariance::output), "of strengths, median layer", ""),
        verdict());
  }

  private Tile verdict() {
    String time =
        String.format(Locale.ROOT, "whole run: %.1f s", report.times().total().toMillis() / 1000.0);
    if (report.verification().isEmpty()) {
      return new Tile("dry run", "Nothing written", time, "skipped");
    }
    return report.verification().get().comparesWeights()
        ? new Tile("proofs", "Verified", time, "holds")
        : new Tile("proofs", "Weights not compared", time, "skipped");
  }

  private String median(Function<StrengthVariance, OptionalDouble> side) {
    double[] ratios =
        report.rewired().stream()
            .map(layer -> Change.of(layer, side).ratio())
            .flatMapToDouble(OptionalDouble::stream)
            .sorted()
            .toArray();
    int middle = ratios.length / 2;
    return percent(
        ratios.length == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(
                ratios.length % 2 == 1
                    ? ratios[middle]
                    : (ratios[middle - 1] + ratios[middle]) / 2));
  }

  /** A ratio as a change, with a true minus sign. */
  private static String percent(OptionalDouble ratio) {
    if (ratio.isEmpty()) {
      return "-";
    }
    String text = String.format(Locale.ROOT, "%+.1f", (ratio.getAsDouble() - 1) * 100);
    return text.replace('-', '\u2212') + "\u00a0%";
  }

  List<Proof> proofs() {
    return report.verification().map(Verification::proofs).orElse(List.of());
  }

  /** What a proof found, in words. */
  String detail(Proof proof) {
    return proof.detail().text(wording);
  }

  String outcome(Proof proof) {
    return LowerCase.of(proof.outcome());
  }

  List<FileHash> files() {
    return Stream.of(report.inputFiles(), report.outputFiles()).flatMap(List::stream).toList();
  }

  String command() {
    return ShellCommand.text("onnx-parewire", arguments);
  }

  List<Entry> settings() {
    RewireOptions options = report.options();
    Selection selection = options.rule().selection();
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("passes", LowerCase.of(options.rule().passes())));
    entries.add(new Entry("selection", selection.name()));
    if (selection instanceof Selection.BestOf best) {
      entries.add(new Entry("draws", String.valueOf(best.draws())));
    }
    if (!(selection instanceof Selection.Greedy)) {
      entries.add(new Entry("seed", options.streams().seed().toString()));
      entries.add(new Entry("stream", options.streams().sharedStream() ? "shared" : "one a layer"));
    }
    if (selection instanceof Selection.Draw draw) {
      entries.add(new Entry("offset", Double.toString(draw.offset())));
      entries.add(new Entry("sampler", LowerCase.of(draw.sampler())));
    }
    entries.add(new Entry("kernel", LowerCase.of(options.execution().kernel())));
    entries.add(new Entry("device", report.host().device()));
    report
        .host()
        .openCl()
        .ifPresent(used -> entries.add(new Entry("driver", used.platform() + " " + used.driver())));
    entries.add(new Entry("groups", LowerCase.of(options.layers().groups())));
    entries.add(new Entry("weights compared by", LowerCase.of(options.verification().check())));
    entries.add(new Entry("threads", String.valueOf(options.execution().threads())));
    report
        .host()
        .versions()
        .forEach((library, version) -> entries.add(new Entry(library, version)));
    entries.add(new Entry("java", report.host().java()));
    entries.add(new Entry("system", report.host().os()));
    return entries;
  }

  List<String> warnings() {
    return report.warnings().stream().map(warning -> warning.text().text(wording)).toList();
  }

  List<Row> rows() {
    return report.rewired().stream().map(HtmlPage::row).toList();
  }

  private static Row row(LayerReport.Rewired report) {
    LayerDescription layer = report.layer();
    return new Row(
        layer.number(),
        layer.tensor(),
        layer.operator(),
        Tables.matrix(layer.matrix()),
        Change.of(report, StrengthVariance::input),
        Change.of(report, StrengthVariance::output));
  }

  /** Layers first, then other tensors. */
  @Override
  public List<LeftRow> left() {
    Stream<LeftRow> layers =
        report.leftLayers().stream()
            .map(
                left ->
                    new LeftRow(
                        left.layer().tensor(),
                        Tables.shape(left.layer().dims()),
                        left.layer().type(),
                        left.reason()));
    return Stream.concat(layers, report.left().stream().map(LeftRow::of)).toList();
  }

  /** Layers that have charts. */
  String sketched() {
    return Tables.grouped(LayerSketch.MOST_LAYERS);
  }

  String grouped(long number) {
    return Tables.grouped(number);
  }
}
