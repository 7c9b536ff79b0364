package io.github.parewire.report;

import static java.util.stream.Collectors.joining;

import io.github.parewire.layers.MatrixView;
import io.github.parewire.measure.ExpectedEffect;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.Likeness;
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
    List<LayerReport> small = report.rewired().stream().filter(Warnings::isSmall).toList();
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

  /** Whether rewiring hardly acts on either side. */
  private static boolean isSmall(LayerReport layer) {
    LayerStatistics weights = layer.statistics().orElseThrow();
    return weights.weights() >= FEWEST
        && weights.standardDeviation() > 0
        && keptOfInputs(layer) > KEPT
        && keptOfOutputs(layer) > KEPT;
  }

  private static double keptOfInputs(LayerReport layer) {
    MatrixView matrix = layer.layer().matrix();
    return ExpectedEffect.kept(deviation(layer), matrix.inputs(), matrix.outputs());
  }

  private static double keptOfOutputs(LayerReport layer) {
    MatrixView matrix = layer.layer().matrix();
    return ExpectedEffect.kept(deviation(layer), matrix.outputs(), matrix.inputs());
  }

  private static double deviation(LayerReport layer) {
    return layer.statistics().orElseThrow().standardDeviation();
  }

  private static Warning small(List<LayerReport> layers, Report report) {
    double largest = layers.stream().mapToDouble(Warnings::deviation).max().orElseThrow();
    return warning(
        Warning.Kind.SMALL,
        layers,
        report,
        " are so small (standard deviation "
            + String.format(Locale.ROOT, "%.2g", largest)
            + " or less) that rewiring hardly acts: about "
            + percent(layers, Warnings::keptOfInputs)
            + " of the inputs' strength variance and "
            + percent(layers, Warnings::keptOfOutputs)
            + " of the outputs' are expected to stay; initialize on a larger scale");
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
