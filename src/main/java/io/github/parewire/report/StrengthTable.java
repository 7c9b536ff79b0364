package io.github.parewire.report;

import static io.github.parewire.report.Tables.alignedLeft;
import static io.github.parewire.report.Tables.alignedRight;
import static io.github.parewire.report.Tables.number;
import static io.github.parewire.report.Tables.table;

import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.NeuronStrengths;
import io.github.parewire.result.NeuronStrengths.Neuron;
import io.github.parewire.result.StrengthVariance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** How central the neurons of a model are, against what chance gives: two rows a layer. */
final class StrengthTable {

  private StrengthTable() {}

  /**
   * One side of a layer.
   *
   * @param layer the number of the layer, or the operator of a recurrent one
   * @param ideal the variance that independent weights would have
   */
  private record Side(
      String layer,
      String tensor,
      String name,
      NeuronStrengths strengths,
      OptionalDouble variance,
      OptionalDouble ideal) {

    /** A neuron, and how many standard deviations of independent weights it is from the mean. */
    String neuron(Neuron neuron, boolean isOfSeveral) {
      String where = isOfSeveral ? neuron.matrix() + "." + neuron.neuron() : "" + neuron.neuron();
      String away =
          ideal.isPresent() && ideal.getAsDouble() > 0
              ? String.format(
                  Locale.ROOT,
                  " (%+.1f)",
                  (neuron.strength() - strengths.mean()) / Math.sqrt(ideal.getAsDouble()))
              : "";
      return where + ": " + Tables.number(neuron.strength()) + away;
    }

    boolean isOfSeveral() {
      return Stream.of(strengths.weakest(), strengths.strongest())
          .anyMatch(neuron -> neuron.matrix() > 0);
    }

    String skewness() {
      return Double.isNaN(strengths.skewness())
          ? "-"
          : String.format(
              Locale.ROOT, "%.2f (0 +- %.2f)", strengths.skewness(), strengths.skewnessError());
    }
  }

  static List<String> lines(Inspection inspection) {
    List<Side> sides = new ArrayList<>();
    inspection
        .layers()
        .forEach(
            layer ->
                add(
                    sides,
                    String.valueOf(layer.layer().number()),
                    layer.layer().tensor(),
                    layer.statistics()));
    inspection
        .recurrent()
        .forEach(weight -> add(sides, weight.operator(), weight.tensor(), weight.statistics()));
    return table(
        sides,
        List.of(
            alignedRight("#", Side::layer),
            alignedLeft("tensor", Side::tensor),
            alignedLeft("strengths of", Side::name),
            alignedRight("neurons", side -> String.valueOf(side.strengths().neurons())),
            alignedRight("mean", side -> number(side.strengths().mean())),
            alignedRight("var", side -> number(side.variance())),
            alignedRight("by chance", side -> number(side.ideal())),
            alignedRight("skewness", Side::skewness),
            alignedRight(
                "weakest", side -> side.neuron(side.strengths().weakest(), side.isOfSeveral())),
            alignedRight(
                "strongest", side -> side.neuron(side.strengths().strongest(), side.isOfSeveral())),
            alignedRight(
                "by chance",
                side ->
                    String.format(Locale.ROOT, "+-%.1f", side.strengths().expectedDeviations()))));
  }

  private static void add(
      List<Side> sides, String layer, String tensor, LayerStatistics statistics) {
    StrengthVariance variance = statistics.strengthVariance();
    StrengthVariance ideal = statistics.idealStrengthVariance();
    sides.add(
        new Side(
            layer, tensor, "inputs", statistics.inputStrengths(), variance.input(), ideal.input()));
    sides.add(
        new Side(
            layer,
            tensor,
            "outputs",
            statistics.outputStrengths(),
            variance.output(),
            ideal.output()));
  }
}
