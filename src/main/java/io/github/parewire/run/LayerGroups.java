package io.github.parewire.run;

import io.github.parewire.layers.Layer;
import java.util.ArrayList;
import java.util.List;

/** Layers that are in memory together. */
final class LayerGroups {

  private LayerGroups() {}

  /** Each layer for itself. */
  static List<List<Layer>> single(List<Layer> layers) {
    return layers.stream().map(List::of).toList();
  }

  /**
   * Groups of as many layers as fit; a layer that does not is a group of its own.
   *
   * @param layers in the order in which to go through them
   * @param bytes how many a group's weights may take
   */
  static List<List<Layer>> within(List<Layer> layers, long bytes) {
    List<List<Layer>> groups = new ArrayList<>();
    long room = 0;
    for (Layer layer : layers) {
      long size = bytes(layer);
      if (groups.isEmpty() || size > room) {
        groups.add(new ArrayList<>());
        room = bytes;
      }
      groups.get(groups.size() - 1).add(layer);
      room -= size;
    }
    return groups;
  }

  /** What a layer's weights take as an array, in bytes: narrow types are widened to float32. */
  static long bytes(Layer layer) {
    int width = Math.max(Float.BYTES, layer.tensor().type().bytes());
    return Math.multiplyExact(layer.tensor().elements(), width);
  }
}
