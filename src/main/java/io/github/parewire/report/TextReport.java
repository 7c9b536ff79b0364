package io.github.parewire.report;

import static io.github.parewire.report.Tables.count;
import static io.github.parewire.report.Tables.grouped;
import static io.github.parewire.report.Tables.left;
import static io.github.parewire.report.Tables.matrix;
import static io.github.parewire.report.Tables.number;
import static io.github.parewire.report.Tables.right;
import static io.github.parewire.report.Tables.table;
import static java.util.stream.Collectors.joining;

import io.github.parewire.device.Gpu;
import io.github.parewire.layers.LeftTensor;
import io.github.parewire.rewire.Passes;
import io.github.parewire.rewire.RewiringRule;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.verify.Proof;
import io.github.parewire.verify.Verification;
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

  private static final String DEFAULT_KERNEL = "java";

  private final boolean verbose;

  /**
   * Makes a form of reports.
   *
   * @param verbose whether to name every tensor that was left
   */
  public TextReport(boolean verbose) {
    this.verbose = verbose;
  }

  /** The table of layers and the summary. */
  public List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    lines.addAll(
        table(
            report.rewired(),
            List.of(
                right("#", r -> String.valueOf(r.layer().number())),
                left("tensor", r -> r.layer().tensor().name()),
                left("operator", r -> r.layer().operator()),
                right("matrix", r -> matrix(r.layer().matrix())),
                right("input strength variance", r -> change(r, StrengthVariance::input)),
                right("output strength variance", r -> change(r, StrengthVariance::output)))));
    lines.add("");
    lines.add(summary(report));
    return lines;
  }

  private static String summary(Report report) {
    List<String> parts = new ArrayList<>();
    parts.add(
        (report.out().isPresent() ? "rewired " : "would rewire ")
            + count(report.rewired().size(), "layer"));
    parts.add(grouped(report.weights()) + " weights");
    parts.addAll(rule(report.settings()));
    kernel(report).ifPresent(parts::add);
    parts.add(String.format(Locale.ROOT, "%.1f s", report.times().total().toMillis() / 1000.0));
    parts.add(report.verification().map(TextReport::verdict).orElse("nothing written"));
    return String.join(", ", parts) + report.out().map(out -> ": " + out).orElse("");
  }

  /** The seed, and what is not as in the authors' algorithm. */
  private static List<String> rule(RunSettings settings) {
    RewiringRule rule = settings.rule();
    List<String> parts = new ArrayList<>();
    parts.add(settings.draws() ? "seed " + settings.seed() : "greedy selection");
    if (rule.passes() != Passes.BOTH) {
      parts.add(settings.passes() + " pass alone");
    }
    if (rule.offset() != RewiringRule.AUTHORS_OFFSET) {
      parts.add("offset " + rule.offset());
    }
    return parts;
  }

  /** Worth a word where it is not the default. */
  private static Optional<String> kernel(Report report) {
    String kernel = report.settings().kernel();
    return kernel.equals(DEFAULT_KERNEL)
        ? Optional.empty()
        : Optional.of(kernel + " kernel on " + report.gpu().map(Gpu::name).orElse("cpu"));
  }

  private static String verdict(Verification verification) {
    return verification.comparesWeights() ? "verified" : "weights not compared";
  }

  private static Stream<Proof> proofs(Verification verification, Proof.Outcome outcome) {
    return verification.proofs().stream().filter(proof -> proof.outcome() == outcome);
  }

  /** What is worth knowing besides: what was left and why, and which proof was skipped. */
  public List<String> notes(Report report) {
    List<String> notes = new ArrayList<>(leftTensors(report));
    report
        .verification()
        .ifPresent(
            verification ->
                (verbose
                        ? verification.proofs().stream()
                        : proofs(verification, Proof.Outcome.SKIPPED))
                    .map(Proof::toString)
                    .forEach(notes::add));
    if (verbose) {
      notes.add(times(report.times()));
    }
    return notes;
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

  /** What the user should know, a line each. */
  public List<String> warnings(Report report) {
    return report.warnings().stream().map(warning -> "warning: " + warning.text()).toList();
  }

  /** What was left, and why: a line a reason, or in verbose form a line a tensor. */
  private List<String> leftTensors(Report report) {
    List<String> names = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (LayerReport layer : report.layers()) {
      layer
          .left()
          .ifPresent(
              why -> {
                names.add(layer.layer().tensor().name());
                reasons.add(why);
              });
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

  private static String change(LayerReport layer, Function<StrengthVariance, OptionalDouble> side) {
    return number(side.apply(layer.before().orElseThrow()))
        + " -> "
        + number(side.apply(layer.after().orElseThrow()));
  }
}
