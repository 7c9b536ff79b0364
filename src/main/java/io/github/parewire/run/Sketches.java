package io.github.parewire.run;

import io.github.parewire.array.Matrix;
import io.github.parewire.layers.Layer;
import io.github.parewire.measure.LayerSnapshot;
import io.github.parewire.result.LayerSketch;
import java.util.List;
import java.util.Optional;

/**
 * Which layers of a run are sketched, and how large.
 *
 * @param last the number of the last layer that is
 * @param edge cells along an axis of a layer's picture
 */
record Sketches(int last, int edge) {

  private static final Sketches NONE = new Sketches(-1, 0);

  /**
   * Those of a run.
   *
   * @param asked whether the options ask for sketches
   * @param layers those that are rewired, in the order of their numbers
   */
  static Sketches of(boolean asked, List<Layer> layers) {
    if (!asked || layers.isEmpty()) {
      return NONE;
    }
    int shown = Math.min(layers.size(), LayerSketch.MOST_LAYERS);
    return new Sketches(layers.get(shown - 1).number(), LayerSketch.edge(layers.size()));
  }

  /** What a layer is like now; empty if it is not sketched. */
  Optional<LayerSnapshot> snapshot(Layer layer, List<Matrix> matrices) {
    return layer.number() <= last
        ? Optional.of(LayerSnapshot.of(matrices, edge))
        : Optional.empty();
  }
}
