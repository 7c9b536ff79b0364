package io.github.parewire.pattern;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The references of one shape, which many layers of a model may have. Not thread-safe. */
final class References {

  private final List<Probes> probes;
  private List<Places> distinct = List.of();

  /**
   * What a reference names.
   *
   * @param named see {@link Reference#places}; not to be changed
   * @param what the pattern, for people
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Places(int[] named, String what) {}

  /** Makes those of a grid's shape, and keeps nothing of the grid. */
  References(WeightGrid grid) {
    probes = Reference.of(grid.dims()).stream().map(Probes::new).toList();
  }

  /** All references, with what they name at a few places. */
  List<Probes> probes() {
    return probes;
  }

  /**
   * All that name some place, and of those that name the same ones the first.
   *
   * @param grid any of the shape
   */
  List<Places> distinct(WeightGrid grid) {
    if (distinct.isEmpty()) {
      Map<IntBuffer, Places> all = new LinkedHashMap<>();
      for (Probes one : probes) {
        int[] named = one.reference().places(grid);
        if (Arrays.stream(named).anyMatch(place -> place >= 0)) {
          all.putIfAbsent(IntBuffer.wrap(named), new Places(named, one.reference().what()));
        }
      }
      distinct = new ArrayList<>(all.values());
    }
    return distinct;
  }

  /** Those of the shapes that were met last. */
  static final class Recent {

    private static final int MOST = 32;

    private final Map<IntBuffer, References> ofShapes = new LinkedHashMap<>(MOST, 0.75f, true);

    /** Those of a grid's shape. */
    References of(WeightGrid grid) {
      References references =
          ofShapes.computeIfAbsent(IntBuffer.wrap(grid.dims()), dims -> new References(grid));
      if (ofShapes.size() > MOST) {
        ofShapes.remove(ofShapes.keySet().iterator().next());
      }
      return references;
    }
  }
}
