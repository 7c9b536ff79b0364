package io.github.parewire.layers;

import io.github.parewire.result.LeftTensor;
import java.util.List;

/**
 * What the finder saw in a model.
 *
 * @param layers the weights of dense and conv layers, in the order of their numbers
 * @param left the other tensors of two or more dimensions, each with the reason
 */
public record Findings(List<Layer> layers, List<LeftTensor> left) {

  /** Copies its arguments. */
  public Findings {
    layers = List.copyOf(layers);
    left = List.copyOf(left);
  }
}
