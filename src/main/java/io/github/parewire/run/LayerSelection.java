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

  /** A glob, and what it matches. */
  private record Glob(String text, Pattern pattern) {

    static Glob of(String text) {
      StringBuilder regex = new StringBuilder();
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '*' -> regex.append(".*");
          case '?' -> regex.append('.');
          default -> regex.append(Pattern.quote(String.valueOf(c)));
        }
      }
      return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    boolean matches(Layer layer) {
      return pattern.matcher(layer.tensor().name()).matches();
    }
  }

  private final List<Glob> include;
  private final List<Glob> exclude;

  LayerSelection(LayerOptions options) {
    include = options.include().stream().map(Glob::of).toList();
    exclude = options.exclude().stream().map(Glob::of).toList();
  }

  /**
   * Checks that every glob matches a layer.
   *
   * @param model where they are, for messages
   * @throws UsageException if one does not
   */
  void requireMatches(List<Layer> layers, Path model) {
    for (List<Glob> globs : List.of(include, exclude)) {
      for (Glob glob : globs) {
        if (layers.stream().noneMatch(glob::matches)) {
          throw new UsageException(
              Message.of("'", glob.text(), "' matches no layer's weight"),
              Message.of("see ", new Message.Inspection(Optional.of(model)), " for their names"));
        }
      }
    }
  }

  /** Why a layer is left, or empty if it is to be rewired. */
  Optional<String> reasonToLeave(Layer layer) {
    if (exclude.stream().anyMatch(glob -> glob.matches(layer))) {
      return Optional.of("excluded");
    }
    if (include.stream().anyMatch(glob -> glob.text().equals(layer.tensor().name()))) {
      return Optional.empty();
    }
    if (!include.isEmpty() && include.stream().noneMatch(glob -> glob.matches(layer))) {
      return Optional.of("not included");
    }
    return layer.obstacle();
  }
}
