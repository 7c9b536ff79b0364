package io.github.parewire;

import io.github.parewire.layers.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which layers to rewire: those that an {@code --include} glob matches, or all without one, less
 * those that an {@code --exclude} glob matches. A tensor with an obstacle must be named whole.
 *
 * <p>In a glob, {@code *} stands for any characters, slashes too, and {@code ?} for one.
 */
final class LayerSelection {

  private final List<String> include;
  private final List<String> exclude;

  LayerSelection(RewireOptions options) {
    include = options.include();
    exclude = options.exclude();
  }

  /**
   * Checks that every glob matches a layer.
   *
   * @throws UsageException if one does not
   */
  void requireMatches(List<Layer> layers) {
    for (String glob : concat(include, exclude)) {
      if (layers.stream().noneMatch(layer -> matches(glob, layer))) {
        throw new UsageException(
            "'"
                + glob
                + "' matches no layer's weight; see 'onnx-parewire inspect MODEL' for their names");
      }
    }
  }

  /** Why a layer is left, or empty if it is to be rewired. */
  Optional<String> reasonToLeave(Layer layer) {
    if (exclude.stream().anyMatch(glob -> matches(glob, layer))) {
      return Optional.of("excluded");
    }
    if (include.contains(layer.tensor().name())) {
      return Optional.empty();
    }
    if (!include.isEmpty() && include.stream().noneMatch(glob -> matches(glob, layer))) {
      return Optional.of("not included");
    }
    return layer.obstacle();
  }

  private static boolean matches(String glob, Layer layer) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL)
        .matcher(layer.tensor().name())
        .matches();
  }

  private static List<String> concat(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
