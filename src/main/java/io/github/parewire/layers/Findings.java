package io.github.parewire.layers;

import io.github.parewire.result.LeftTensor;
import java.util.List;

/**
 * What the finder saw in a model.
 *
 * @param layers the weights of dense and conv layers, in the order of their numbers
 * @param left the other tensors of two or more dimensions, each with the reason
 * @param recurrent those of them that are the weights of recurrent layers
 */
public record Findings(List<Layer> layers, List<LeftTensor> left, List<RecurrentWeight> recurrent) {

  /** Copies its arguments. */
  public Findings {
    layers = List.copyOf(layers);
    left = List.copyOf(left);
    recurrent = List.copyOf(recurrent);
  }
}
