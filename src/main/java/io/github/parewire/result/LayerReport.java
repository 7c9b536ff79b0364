package io.github.parewire.result;

import java.util.Optional;

/** One layer of a run: rewired, or left. */
public sealed interface LayerReport {

  /** {@return what the layer is} */
  LayerDescription layer();

  /**
   * A layer that was rewired.
   *
   * @param layer what it is
   * @param statistics of its weights in the input
   * @param likeness what they look like there
   * @param after its strength variance in the output
   * @param sortedWeightsSha256 SHA-256 of its elements sorted as unsigned bit patterns,
   *     little-endian, which is the same in both files; empty unless asked for
   * @param sketch what charts show of it; empty unless asked for, and beyond the first {@link
   *     LayerSketch#MOST_LAYERS}
   */
  record Rewired(
      LayerDescription layer,
      LayerStatistics statistics,
      Likeness likeness,
      StrengthVariance after,
      Optional<String> sortedWeightsSha256,
      Optional<LayerSketch> sketch)
      implements LayerReport {

    /**
     * This report with a hash.
     *
     * @param sha256 of the sorted elements
     * @return a copy
     */
    public Rewired withHash(String sha256) {
      return new Rewired(layer, statistics, likeness, after, Optional.of(sha256), sketch);
    }

    /** {@return its strength variance in the input} */
    public StrengthVariance before() {
      return statistics.strengthVariance();
    }
  }

  /**
   * A layer that was left.
   *
   * @param layer what it is
   * @param reason why
   */
  record Left(LayerDescription layer, String reason) implements LayerReport {}
}
