package io.github.parewire.run;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.StreamOptions;

/** The random streams of layers. */
final class LayerStreams {

  private final SeedSequence root;
  private final boolean isShared;

  LayerStreams(StreamOptions options) {
    root = SeedSequence.of(options.seed());
    isShared = options.sharedStream();
  }

  /**
   * The random stream of one matrix.
   *
   * @param layer the layer's number
   * @param slice the number of the matrix in the layer
   * @param slices how many matrices the layer has
   */
  SeedSequence of(int layer, int slice, int slices) {
    if (isShared) {
      return root;
    }
    SeedSequence own = root.child(layer);
    return slices == 1 ? own : own.child(slice);
  }
}
