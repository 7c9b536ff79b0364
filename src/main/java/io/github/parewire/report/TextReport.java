package io.github.parewire.report;

import static io.github.parewire.report.Tables.alignedLeft;
import static io.github.parewire.report.Tables.alignedRight;
import static io.github.parewire.report.Tables.count;
import static io.github.parewire.report.Tables.grouped;
import static io.github.parewire.report.Tables.matrix;
import static io.github.parewire.report.Tables.number;
import static java.util.stream.Collectors.joining;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Printable;
import io.github.parewire.message.Wording;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.Selection;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.LeftTensor;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Report;
import io.github.parewire.result.StageTimes;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.result.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/** A report as lines for a terminal. */
public final class TextReport {

  private final boolean verbose;
  private final Wording wording;

  /**
   * Makes a form of reports.
   *
   * @param verbose whether to name every tensor that was left
   * @param wording how options and commands are called
   */
  public TextReport(boolean verbose, Wording wording) {
    this.verbose = verbose;
    this.wording = wording;
  }

  /**
   * The table of layers and the summary.
   *
   * @param report what a run did
   * @return the lines
   */
  public List<String> lines(Report report) {
    return Stream.of(table(report), List.of("", Printable.line(summary(report))))
        .flatMap(List::stream)
        .toList();
  }

  /**
   * The table of layers.
   *
   * @param report what a run did
   * @return the lines
   */
  public List<String> table(Report report) {
    return Tables.table(
            report.rewired(),
            List.of(
                alignedRight("#", r -> String.valueOf(r.layer().number())),
                alignedLeft("tensor", r -> r.layer().tensor()),
                alignedLeft("operator", r -> r.layer().operator()),
                alignedRight("matrix", r -> matrix(r.layer().matrix())),
                alignedRight("input strength variance", r -> change(r, StrengthVariance::input)),
                alignedRight("output strength variance", r -> change(r, StrengthVariance::output))))
        .stream()
        .map(Printable::line)
        .toList();
  }

  /**
   * One of many models.
   *
   * @param report what a run did
   * @return what it did in one line
   */
  public static String line(Report report) {
    List<String> parts = amount(report);
    parts.addAll(end(report));
    return Printable.line(
        report.in()
            + report.out().map(out -> " -> " + out).orElse("")
            + ": "
            + String.join(", ", parts));
  }

  /**
   * What became of many models.
   *
   * @param done how many were rewired
   * @param all how many there were
   * @param weights rewired
   * @param withoutLayer how many had no layer to rewire
   * @param time from start to end
   * @return one line
   */
  public static String summary(int done, int all, long weights, long withoutLayer, Duration time) {
    List<String> parts = new ArrayList<>();
    parts.add(done + " of " + count(all, "model"));
    parts.add(grouped(weights) + " weights");
    if (withoutLayer > 0) {
      parts.add(withoutLayer + " without a layer");
    }
    long failed = all - done - withoutLayer;
    if (failed > 0) {
      parts.add(failed + " failed");
    }
    parts.add(seconds(time));
    return String.join(", ", parts);
  }

  private static String summary(Report report) {
    List<String> parts = amount(report);
    parts.addAll(rule(report.options()));
    kernel(report).ifPresent(parts::add);
    parts.addAll(end(report));
    return String.join(", ", parts) + report.out().map(out -> ": " + out).orElse("");
  }

  private static List<String> amount(Report report) {
    List<String> parts = new ArrayList<>();
    parts.add(
        (report.out().isPresent() ? "rewired " : "would rewire ")
            + count(report.rewired().size(), "layer"));
    parts.add(grouped(report.weights()) + " weights");
    return parts;
  }

  private static List<String> end(Report report) {
    return List.of(
        seconds(report.times().total()),
        report.verification().map(TextReport::verdict).orElse("nothing written"));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  /** The seed, and what is not as in the authors' algorithm. */
  private static List<String> rule(RewireOptions options) {
    Selection selection = options.rule().selection();
    List<String> parts = new ArrayList<>();
    parts.add(
        selection instanceof Selection.Greedy
            ? selection.name() + " selection"
            : "seed " + options.streams().seed());
    if (selection instanceof Selection.BestOf best) {
      parts.add("best of " + best.draws() + " orders");
    }
    if (options.rule().passes() != Passes.BOTH) {
      parts.add(LowerCase.of(options.rule().passes()) + " pass alone");
    }
    if (selection instanceof Selection.Draw draw
        && draw.offset() != Selection.Draw.AUTHORS_OFFSET) {
      parts.add("offset " + draw.offset());
    }
    return parts;
  }

  /** Worth a word where it is not the default. */
  private static Optional<String> kernel(Report report) {
    KernelKind kernel = report.options().execution().kernel();
    return kernel == KernelKind.JAVA
        ? Optional.empty()
        : Optional.of(LowerCase.of(kernel) + " kernel on " + report.host().device());
  }

  private static String verdict(Verification verification) {
    return verification.comparesWeights() ? "verified" : "weights not compared";
  }

  private static Stream<Proof> proofs(Verification verification, Proof.Outcome outcome) {
    return verification.proofs().stream().filter(proof -> proof.outcome() == outcome);
  }

  /**
   * What is worth knowing besides: what was left and why, and which proof was skipped.
   *
   * @param report what a run did
   * @return the lines
   */
  public List<String> notes(Report report) {
    List<String> notes = new ArrayList<>(leftTensors(report));
    report
        .verification()
        .ifPresent(
            verification ->
                (verbose
                        ? verification.proofs().stream()
                        : proofs(verification, Proof.Outcome.SKIPPED))
                    .map(proof -> proof.line().text(wording))
                    .forEach(notes::add));
    if (verbose) {
      notes.add(times(report.times()));
    }
    return notes.stream().map(Printable::line).toList();
  }

  private static String times(StageTimes times) {
    return Arrays.stream(StageTimes.Stage.values())
        .map(
            stage ->
                String.format(
                    Locale.ROOT,
                    "%s %.3f s",
                    LowerCase.of(stage),
                    times.of(stage).toMillis() / 1000.0))
        .collect(joining(", ", "times: ", ""));
  }

  /**
   * What the user should know.
   *
   * @param report what a run did
   * @return a line a warning
   */
  public List<String> warnings(Report report) {
    return report.warnings().stream()
        .map(warning -> Printable.line("warning: " + warning.text().text(wording)))
        .toList();
  }

  /** What was left, and why: a line a reason, or in verbose form a line a tensor. */
  private List<String> leftTensors(Report report) {
    List<String> names = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (LayerReport.Left layer : report.leftLayers()) {
      names.add(layer.layer().tensor());
      reasons.add(layer.reason());
    }
    for (LeftTensor tensor : report.left()) {
      names.add(tensor.name());
      reasons.add(tensor.reason());
    }
    return verbose ? each(names, reasons) : byReason(names, reasons);
  }

  private static List<String> each(List<String> names, List<String> reasons) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      lines.add("left '" + names.get(i) + "': " + reasons.get(i));
    }
    return lines;
  }

  private static List<String> byReason(List<String> names, List<String> reasons) {
    List<String> lines = new ArrayList<>();
    for (String reason : reasons.stream().distinct().toList()) {
      int first = reasons.indexOf(reason);
      long more = reasons.stream().filter(reason::equals).count() - 1;
      lines.add(
          "left '"
              + names.get(first)
              + "'"
              + (more > 0 ? " and " + more + " more" : "")
              + ": "
              + reason);
    }
    return lines;
  }

  private static String change(
      LayerReport.Rewired layer, Function<StrengthVariance, OptionalDouble> side) {
    return number(side.apply(layer.before())) + " -> " + number(side.apply(layer.after()));
  }
}
