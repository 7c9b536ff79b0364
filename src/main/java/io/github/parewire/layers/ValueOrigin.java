package io.github.parewire.layers;

import io.github.parewire.onnx.NodeProto;

/** Where a value comes from, once nodes that only change its layout are looked through. */
sealed interface ValueOrigin {

  /**
   * A stored tensor.
   *
   * @param tensor the tensor
   * @param path the layout nodes between it and the value
   */
  record Stored(NamedTensor tensor, Path path) implements ValueOrigin {}

  /**
   * A vector that a Constant node holds as value_floats, and not as a tensor.
   *
   * @param name the node's output
   * @param length its length
   */
  record Floats(String name, int length) implements ValueOrigin {}

  /**
   * Not one stored tensor.
   *
   * @param what what it is instead, for people
   */
  record Other(String what) implements ValueOrigin {}

  /**
   * The layout nodes that a value went through, the last one first. Values share what they have in
   * common, so that a long chain costs no more than its length.
   *
   * @param before the nodes before this one; null in the empty path
   * @param node a layout node; null in the empty path
   * @param scope where the node stands; null in the empty path
   * @param dequantizer the path up to its last DequantizeLinear; null if it has none
   * @param dequantizers how many it has
   */
  record Path(Path before, NodeProto node, Scope scope, Path dequantizer, int dequantizers) {

    static final Path EMPTY = new Path(null, null, null, null, 0);

    /** This path and one node more. */
    Path through(NodeProto next, Scope where) {
      return Quantization.isOne(next)
          ? new Path(this, next, where, new Path(this, next, where, null, 0), dequantizers + 1)
          : new Path(this, next, where, dequantizer, dequantizers);
    }
  }
}
