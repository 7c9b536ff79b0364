package io.github.parewire.run;

import static java.util.stream.Collectors.joining;

import io.github.parewire.measure.ExpectedEffect;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.Selection;
import io.github.parewire.result.LayerReport.Rewired;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.MatrixShape;
import io.github.parewire.result.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Finds what a user should be warned of: one warning a run of each kind. */
final class Warnings {

  /** Names to give before "...". */
  private static final int NAMED = 3;

  /** Smaller layers get no warning: with so few weights rewiring has little effect in any case. */
  private static final int FEWEST = 64;

  /** Of the strength variance: what rewiring leaves to a layer on which it hardly acts. */
  private static final double KEPT = 0.6;

  private static final Set<Likeness.Kind> FIXED =
      Set.of(Likeness.Kind.FIXED_FILTER, Likeness.Kind.PERHAPS_FIXED_FILTER);

  private final List<Rewired> rewired;
  private final RewiringRule rule;

  private Warnings(List<Rewired> rewired, RewiringRule rule) {
    this.rewired = rewired;
    this.rule = rule;
  }

  /** The warnings of a run. */
  static List<Warning> of(List<Rewired> rewired, RewiringRule rule) {
    Warnings warnings = new Warnings(rewired, rule);
    List<Warning> all = new ArrayList<>();
    warnings.trained().ifPresent(all::add);
    warnings.outlier().ifPresent(all::add);
    warnings.fixed().ifPresent(all::add);
    if (rule.selection() instanceof Selection.Draw draw) {
      warnings.small(draw.offset()).ifPresent(all::add);
    }
    return all;
  }

  private Optional<Warning> trained() {
    return warning(
        Warning.Kind.TRAINED,
        rewired.stream().filter(layer -> layer.likeness().kind() == Likeness.Kind.TRAINED).toList(),
        Message.of(
            " do not look freshly initialized, and rewiring destroys what training has learned; ",
            new Message.Inspection(Optional.empty()),
            " shows the evidence"));
  }

  private Optional<Warning> outlier() {
    return warning(
        Warning.Kind.OUTLIER,
        rewired.stream().filter(layer -> layer.likeness().kind() == Likeness.Kind.OUTLIER).toList(),
        Message.of(
            " look freshly initialized but for a weight that is far out, beside which the others"
                + " hardly count; ",
            new Message.Inspection(Optional.empty()),
            " shows it"));
  }

  private Optional<Warning> fixed() {
    return warning(
        Warning.Kind.FIXED_FILTER,
        rewired.stream().filter(layer -> FIXED.contains(layer.likeness().kind())).toList(),
        Message.of(
            " look like a fixed filter, a constant of the network's design, and rewiring destroys"
                + " it; ",
            new Message.Inspection(Optional.empty()),
            " shows the evidence, and ",
            Message.option(RunOption.EXCLUDE),
            " leaves them"));
  }

  /** A greedy selection acts on weights of any scale, a draw does not. */
  private Optional<Warning> small(double offset) {
    List<Rewired> small = rewired.stream().filter(layer -> isSmall(layer, offset)).toList();
    return small.isEmpty()
        ? Optional.empty()
        : warning(
            Warning.Kind.SMALL,
            small,
            Message.of(
                " are so small (standard deviation ",
                String.format(
                    Locale.ROOT,
                    "%.2g",
                    small.stream().mapToDouble(Warnings::deviation).max().orElseThrow()),
                " or less) that rewiring hardly acts: about ",
                percent(small, layer -> keptOfInputs(layer, offset)),
                " of the inputs' strength variance and ",
                percent(small, layer -> keptOfOutputs(layer, offset)),
                " of the outputs' are expected to stay; initialize on a larger scale, or give a"
                    + " smaller ",
                Message.option(RunOption.OFFSET)));
  }

  /** Whether rewiring hardly acts on either side. */
  private boolean isSmall(Rewired layer, double offset) {
    LayerStatistics weights = layer.statistics();
    return weights.weights() >= FEWEST
        && weights.standardDeviation() > 0
        && keptOfInputs(layer, offset) > KEPT
        && keptOfOutputs(layer, offset) > KEPT;
  }

  private double keptOfInputs(Rewired layer, double offset) {
    MatrixShape matrix = layer.layer().matrix();
    return rule.passes().rewireInputs()
        ? ExpectedEffect.kept(deviation(layer) / offset, matrix.inputs(), matrix.outputs())
        : 1;
  }

  private double keptOfOutputs(Rewired layer, double offset) {
    MatrixShape matrix = layer.layer().matrix();
    return rule.passes().rewireOutputs()
        ? ExpectedEffect.kept(deviation(layer) / offset, matrix.outputs(), matrix.inputs())
        : 1;
  }

  private static double deviation(Rewired layer) {
    return layer.statistics().standardDeviation();
  }

  private static String percent(List<Rewired> layers, ToDoubleFunction<Rewired> kept) {
    return Math.round(100 * layers.stream().mapToDouble(kept).average().orElseThrow()) + "%";
  }

  /** A warning of some layers; empty if there are none. */
  private Optional<Warning> warning(Warning.Kind kind, List<Rewired> layers, Message what) {
    if (layers.isEmpty()) {
      return Optional.empty();
    }
    String names =
        layers.stream()
            .limit(NAMED)
            .map(layer -> "'" + layer.layer().tensor() + "'")
            .collect(joining(", "));
    return Optional.of(
        new Warning(
            kind,
            layers.stream().map(layer -> layer.layer().number()).toList(),
            Message.of(
                "the weights of ",
                layers.size(),
                " of ",
                rewired.size(),
                rewired.size() == 1 ? " layer (" : " layers (",
                names,
                layers.size() > NAMED ? ", ...)" : ")",
                what)));
  }
}
