package io.github.parewire.report;

import static java.util.stream.Collectors.joining;

import io.github.parewire.layers.MatrixView;
import io.github.parewire.measure.ExpectedEffect;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.Likeness;
import io.github.parewire.rewire.RewiringRule;
import io.github.parewire.rewire.SelectionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Finds what a user should be warned of: one warning a run of each kind. */
final class Warnings {

  /** Names to give before "...". */
  private static final int NAMED = 3;

  /** Of fewer weights nobody expects an effect. */
  private static final int FEWEST = 64;

  /** Of the strength variance: what rewiring leaves to a layer on which it hardly acts. */
  private static final double KEPT = 0.6;

  private Warnings() {}

  static List<Warning> of(Report report) {
    List<Warning> warnings = new ArrayList<>();
    List<LayerReport> trained =
        report.rewired().stream()
            .filter(layer -> layer.likeness().orElseThrow().kind() == Likeness.Kind.TRAINED)
            .toList();
    if (!trained.isEmpty()) {
      warnings.add(trained(trained, report));
    }
    RewiringRule rule = report.settings().rule();
    List<LayerReport> small =
        report.rewired().stream().filter(layer -> isSmall(layer, rule)).toList();
    if (!small.isEmpty()) {
      warnings.add(small(small, report));
    }
    return warnings;
  }

  private static Warning trained(List<LayerReport> layers, Report report) {
    return warning(
        Warning.Kind.TRAINED,
        layers,
        report,
        " do not look freshly initialized, and rewiring destroys what training has learned;"
            + " 'onnx-parewire inspect' shows the evidence");
  }

  /**
   * Whether rewiring hardly acts on either side. A greedy selection acts on weights of any scale.
   */
  private static boolean isSmall(LayerReport layer, RewiringRule rule) {
    LayerStatistics weights = layer.statistics().orElseThrow();
    return rule.selection() == SelectionKind.DRAW
        && weights.weights() >= FEWEST
        && weights.standardDeviation() > 0
        && keptOfInputs(layer, rule) > KEPT
        && keptOfOutputs(layer, rule) > KEPT;
  }

  private static double keptOfInputs(LayerReport layer, RewiringRule rule) {
    MatrixView matrix = layer.layer().matrix();
    return rule.passes().rewireInputs() ? kept(layer, rule, matrix.inputs(), matrix.outputs()) : 1;
  }

  private static double keptOfOutputs(LayerReport layer, RewiringRule rule) {
    MatrixView matrix = layer.layer().matrix();
    return rule.passes().rewireOutputs() ? kept(layer, rule, matrix.outputs(), matrix.inputs()) : 1;
  }

  private static double kept(LayerReport layer, RewiringRule rule, long neurons, long lines) {
    return ExpectedEffect.kept(deviation(layer) / rule.offset(), neurons, lines);
  }

  private static double deviation(LayerReport layer) {
    return layer.statistics().orElseThrow().standardDeviation();
  }

  private static Warning small(List<LayerReport> layers, Report report) {
    RewiringRule rule = report.settings().rule();
    double largest = layers.stream().mapToDouble(Warnings::deviation).max().orElseThrow();
    return warning(
        Warning.Kind.SMALL,
        layers,
        report,
        " are so small (standard deviation "
            + String.format(Locale.ROOT, "%.2g", largest)
            + " or less) that rewiring hardly acts: about "
            + percent(layers, layer -> keptOfInputs(layer, rule))
            + " of the inputs' strength variance and "
            + percent(layers, layer -> keptOfOutputs(layer, rule))
            + " of the outputs' are expected to stay; initialize on a larger scale, or give a smaller"
            + " --offset");
  }

  private static String percent(List<LayerReport> layers, ToDoubleFunction<LayerReport> kept) {
    return Math.round(100 * layers.stream().mapToDouble(kept).average().orElseThrow()) + "%";
  }

  private static Warning warning(
      Warning.Kind kind, List<LayerReport> layers, Report report, String what) {
    int rewired = report.rewired().size();
    String names =
        layers.stream()
            .limit(NAMED)
            .map(layer -> "'" + layer.layer().tensor().name() + "'")
            .collect(joining(", "));
    return new Warning(
        kind,
        layers.stream().map(layer -> layer.layer().number()).toList(),
        "the weights of "
            + layers.size()
            + " of "
            + rewired
            + (rewired == 1 ? " layer (" : " layers (")
            + names
            + (layers.size() > NAMED ? ", ...)" : ")")
            + what);
  }
}
