package io.github.parewire.report;

import static java.util.stream.Collectors.joining;

import io.github.parewire.result.Centrality;
import io.github.parewire.result.Histogram;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.NeuronStrengths;
import io.github.parewire.result.NeuronStrengths.Neuron;
import io.github.parewire.result.StrengthVariance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How central the neurons on one side of a layer are, against what chance gives, in words.
 *
 * @param layer the number of the layer, or the operator of a recurrent one
 * @param tensor the layer's weight
 * @param name inputs or outputs
 * @param strengths the neurons' strengths
 * @param variance of them
 * @param ideal the variance that independent weights would have
 */
record StrengthSide(
    String layer,
    String tensor,
    String name,
    NeuronStrengths strengths,
    OptionalDouble variance,
    OptionalDouble ideal) {

  /** The size of a picture, in pixels of CSS. */
  static final int WIDTH = 240;

  static final int HEIGHT = 48;

  /** As many standard deviations on either side are in a picture at least. */
  private static final double LEAST = 3.2;

  private static final int CURVE_POINTS = 60;

  /** Both sides of all layers, and then of recurrent ones. */
  static List<StrengthSide> of(Inspection inspection) {
    List<StrengthSide> sides = new ArrayList<>();
    inspection
        .layers()
        .forEach(
            layer ->
                add(
                    sides,
                    String.valueOf(layer.layer().number()),
                    layer.layer().tensor(),
                    layer.statistics(),
                    layer.centrality()));
    inspection
        .recurrent()
        .forEach(
            weight ->
                add(
                    sides,
                    weight.operator(),
                    weight.tensor(),
                    weight.statistics(),
                    weight.centrality()));
    return sides;
  }

  private static void add(
      List<StrengthSide> sides,
      String layer,
      String tensor,
      LayerStatistics statistics,
      Centrality centrality) {
    StrengthVariance variance = statistics.strengthVariance();
    StrengthVariance ideal = statistics.idealStrengthVariance();
    sides.add(
        new StrengthSide(
            layer, tensor, "inputs", centrality.inputs(), variance.input(), ideal.input()));
    sides.add(
        new StrengthSide(
            layer, tensor, "outputs", centrality.outputs(), variance.output(), ideal.output()));
  }

  String weakest() {
    return neuron(strengths.weakest());
  }

  String strongest() {
    return neuron(strengths.strongest());
  }

  /** A neuron, and how many standard deviations of independent weights it is from the mean. */
  private String neuron(Neuron neuron) {
    String where = isOfSeveral() ? neuron.matrix() + "." + neuron.neuron() : "" + neuron.neuron();
    String away =
        canDiffer()
            ? String.format(
                Locale.ROOT, " (%+.1f)", (neuron.strength() - strengths.mean()) / deviation())
            : "";
    return where + ": " + Tables.number(neuron.strength()) + away;
  }

  /** Whether neurons of independent weights would differ, so that there is something to compare. */
  boolean canDiffer() {
    return ideal.isPresent() && ideal.getAsDouble() > 0;
  }

  private double deviation() {
    return Math.sqrt(ideal.getAsDouble());
  }

  private boolean isOfSeveral() {
    return Stream.of(strengths.weakest(), strengths.strongest())
        .anyMatch(neuron -> neuron.matrix() > 0);
  }

  String skewness() {
    return Double.isNaN(strengths.skewness())
        ? "-"
        : String.format(
            Locale.ROOT, "%.2f (0 +- %.2f)", strengths.skewness(), strengths.skewnessError());
  }

  String expected() {
    return String.format(Locale.ROOT, "+-%.1f", strengths.expectedDeviations());
  }

  /** The outline of the neurons' histogram, as a path of SVG. */
  String outline() {
    Histogram bins = strengths.histogram();
    int count = bins.before().size();
    double width = (bins.high() - bins.low()) / count;
    StringBuilder path = new StringBuilder("M" + x(bins.low()) + "," + HEIGHT);
    for (int bin = 0; bin < count; bin++) {
      String top = y(bins.before().get(bin));
      path.append("V").append(top).append("H").append(x(bins.low() + (bin + 1) * width));
    }
    return path + "V" + HEIGHT + "Z";
  }

  /** How many neurons of independent weights would be where, as the points of a line in SVG. */
  String curve() {
    double middle = strengths.mean();
    return IntStream.rangeClosed(0, CURVE_POINTS)
        .mapToObj(
            point -> {
              double strength = low() + (high() - low()) * point / CURVE_POINTS;
              return x(strength) + "," + y(expectedCount((strength - middle) / deviation()));
            })
        .collect(joining(" "));
  }

  private double expectedCount(double deviations) {
    Histogram bins = strengths.histogram();
    double width = (bins.high() - bins.low()) / bins.before().size() / deviation();
    double density = Math.exp(-deviations * deviations / 2) / Math.sqrt(2 * Math.PI);
    return strengths.neurons() * width * density;
  }

  private double low() {
    return Math.min(strengths.histogram().low(), strengths.mean() - LEAST * deviation());
  }

  private double high() {
    return Math.max(strengths.histogram().high(), strengths.mean() + LEAST * deviation());
  }

  private String x(double strength) {
    return String.format(Locale.ROOT, "%.1f", WIDTH * (strength - low()) / (high() - low()));
  }

  private String y(double neurons) {
    double most =
        Math.max(
            strengths.histogram().before().stream().mapToInt(Integer::intValue).max().orElse(1),
            expectedCount(0));
    return String.format(Locale.ROOT, "%.1f", HEIGHT - (HEIGHT - 2) * neurons / most);
  }
}
