package io.github.parewire.layers;

import java.util.Optional;

/** One reader of a stored tensor. */
sealed interface TensorUse {

  /**
   * An operator that reads it as the weight of a layer.
   *
   * @param operator the operator
   * @param node the node's name
   * @param matrix the view that the operator has
   * @param fans the layer's fans
   * @param parameter the view that PyTorch's module has
   * @param quantization what the tensor's integers mean, if they go through a DequantizeLinear
   */
  record Weight(
      String operator,
      String node,
      MatrixView matrix,
      Fans fans,
      MatrixView parameter,
      Optional<Quantization> quantization)
      implements TensorUse {}

  /**
   * Anything else.
   *
   * @param reason how it is read, for people
   */
  record Otherwise(String reason) implements TensorUse {}
}
