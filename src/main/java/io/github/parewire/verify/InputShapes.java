package io.github.parewire.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shapes to run a model with, where it leaves dimensions free.
 *
 * @param shapes by the names of the inputs
 */
public record InputShapes(Map<String, List<Long>> shapes) {

  private static final Pattern FORM = Pattern.compile("(?<name>.+):(?<dims>\\d+(,\\d+)*)");

  /** Copies its argument. */
  public InputShapes {
    shapes = Map.copyOf(shapes);
  }

  /** No shapes: free dimensions are 1. */
  public static InputShapes none() {
    return new InputShapes(Map.of());
  }

  /**
   * Reads shapes as they are given on the command line.
   *
   * @param texts each as {@code NAME:1,3,224,224}
   * @throws IllegalArgumentException if one is not of that form
   */
  public static InputShapes parse(List<String> texts) {
    Map<String, List<Long>> shapes = new HashMap<>();
    for (String text : texts) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "expected an input's shape as NAME:1,3,224,224, found '" + text + "'");
      }
      shapes.put(
          matcher.group("name"),
          List.of(matcher.group("dims").split(",")).stream().map(Long::valueOf).toList());
    }
    return new InputShapes(shapes);
  }

  /** The shape for an input. */
  Optional<List<Long>> of(String input) {
    return Optional.ofNullable(shapes.get(input));
  }
}
