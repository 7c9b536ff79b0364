package io.github.parewire.layers;

import io.github.parewire.onnx.NodeProto;
import java.util.ArrayList;
import java.util.List;

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
   * An input of the model, as it comes.
   *
   * @param dims its shape
   */
  record Input(List<Long> dims) implements ValueOrigin {

    /** Copies its argument. */
    public Input {
      dims = List.copyOf(dims);
    }
  }

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
   * @param output which of its outputs
   * @param scope where the node stands; null in the empty path
   * @param quantizers the nodes on it that quantize and dequantize, in order
   * @param isCut whether the value is but a part of the tensor
   */
  record Path(
      Path before,
      NodeProto node,
      int output,
      Scope scope,
      List<Quantizer> quantizers,
      boolean isCut) {

    static final Path EMPTY = new Path(null, null, 0, null, List.of(), false);

    /** This path and one node more. */
    Path through(NodeProto next, int nextOutput, Scope where) {
      return new Path(
          this,
          next,
          nextOutput,
          where,
          Quantization.isOne(next) ? and(new Quantizer(next, where)) : quantizers,
          isCut || PartOperator.isOne(next));
    }

    private List<Quantizer> and(Quantizer quantizer) {
      List<Quantizer> more = new ArrayList<>(quantizers);
      more.add(quantizer);
      return List.copyOf(more);
    }
  }

  /**
   * A QuantizeLinear or a DequantizeLinear.
   *
   * @param node the node
   * @param scope where it stands
   */
  record Quantizer(NodeProto node, Scope scope) {}
}
