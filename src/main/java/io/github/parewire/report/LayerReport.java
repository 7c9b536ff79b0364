package io.github.parewire.report;

import io.github.parewire.layers.Layer;
import io.github.parewire.measure.Detector;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.Likeness;
import io.github.parewire.rewire.StrengthVariance;
import java.io.IOException;
import java.util.Optional;

/**
 * One layer of a run.
 *
 * @param layer the layer
 * @param statistics of its weights in the input; empty if it was not read
 * @param after its strength variance in the output; empty if it was left
 * @param sortedWeightsSha256 by {@link SortedWeightsHash}; empty unless asked for
 * @param sketch what charts show of it; empty unless asked for
 * @param left why it was left; empty if it was rewired
 */
public record LayerReport(
    Layer layer,
    Optional<LayerStatistics> statistics,
    Optional<StrengthVariance> after,
    Optional<String> sortedWeightsSha256,
    Optional<LayerSketch> sketch,
    Optional<String> left) {

  /** A layer that was left. */
  public static LayerReport left(Layer layer, String reason) {
    return new LayerReport(
        layer,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(reason));
  }

  /** A layer that was rewired. */
  public static LayerReport rewired(
      Layer layer, LayerStatistics statistics, StrengthVariance after) {
    return new LayerReport(
        layer,
        Optional.of(statistics),
        Optional.of(after),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** This report with what charts show. */
  public LayerReport withSketch(LayerSketch drawn) {
    return new LayerReport(layer, statistics, after, sortedWeightsSha256, Optional.of(drawn), left);
  }

  /** This report with the hash of the layer's sorted weights, if it was rewired. */
  public LayerReport withHash() throws IOException {
    return isRewired()
        ? new LayerReport(
            layer,
            statistics,
            after,
            Optional.of(SortedWeightsHash.of(layer.tensor())),
            sketch,
            left)
        : this;
  }

  /** Whether it was rewired. */
  public boolean isRewired() {
    return left.isEmpty();
  }

  /** Its strength variance in the input; empty if it was not read. */
  public Optional<StrengthVariance> before() {
    return statistics.map(LayerStatistics::strengthVariance);
  }

  /** What its weights look like in the input; empty if it was not read. */
  public Optional<Likeness> likeness() {
    return statistics.map(weights -> Detector.judge(weights, layer.fans()));
  }
}
