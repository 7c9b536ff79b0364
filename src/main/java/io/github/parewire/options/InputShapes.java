package io.github.parewire.options;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shapes to run a model with, where it leaves dimensions free.
 *
 * @param shapes by the names of the inputs
 */
public record InputShapes(Map<String, List<Long>> shapes) {

  /** Copies its argument. */
  public InputShapes {
    shapes = Map.copyOf(shapes);
  }

  /** {@return no shapes: free dimensions are 1} */
  public static InputShapes none() {
    return new InputShapes(Map.of());
  }

  /**
   * The shape for an input.
   *
   * @param input its name
   * @return its shape; empty if none was given
   */
  public Optional<List<Long>> of(String input) {
    return Optional.ofNullable(shapes.get(input));
  }
}
