package io.github.parewire.layers;

/** One reader of a stored tensor. */
sealed interface TensorUse {

  /**
   * An operator that reads it as the weight of a layer.
   *
   * @param operator the operator
   * @param node the node's name
   * @param matrix the view that the operator has
   */
  record Weight(String operator, String node, MatrixView matrix) implements TensorUse {}

  /**
   * Anything else.
   *
   * @param reason how it is read, for people
   */
  record Otherwise(String reason) implements TensorUse {}
}
