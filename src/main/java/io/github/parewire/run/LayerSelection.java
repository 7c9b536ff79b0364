package io.github.parewire.run;

import io.github.parewire.layers.Layer;
import io.github.parewire.message.Message;
import io.github.parewire.message.UsageException;
import io.github.parewire.options.LayerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Applies {@link LayerOptions} to the layers of a model. */
final class LayerSelection {

  private final LayerOptions options;

  LayerSelection(LayerOptions options) {
    this.options = options;
  }

  /**
   * Checks that every glob matches a layer.
   *
   * @param model where they are, for messages
   * @throws UsageException if one does not
   */
  void requireMatches(List<Layer> layers, Path model) {
    for (List<String> globs : List.of(options.include(), options.exclude())) {
      for (String glob : globs) {
        if (layers.stream().noneMatch(layer -> matches(glob, layer))) {
          throw new UsageException(
              Message.of("'", glob, "' matches no layer's weight"),
              Message.of("see ", new Message.Inspection(Optional.of(model)), " for their names"));
        }
      }
    }
  }

  /** Why a layer is left, or empty if it is to be rewired. */
  Optional<String> reasonToLeave(Layer layer) {
    List<String> include = options.include();
    if (options.exclude().stream().anyMatch(glob -> matches(glob, layer))) {
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
}
