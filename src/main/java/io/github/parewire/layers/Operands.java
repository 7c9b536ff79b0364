package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto.DataType;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a node that is evaluated is given.
 *
 * @param constants evaluates its inputs
 */
record Operands(Scope scope, NodeProto node, ConstantEvaluator constants) {

  /** How many inputs are named. */
  int count() {
    return node.getInputCount();
  }

  /** Whether an input is given. */
  boolean has(int i) {
    return !Nodes.input(node, i).isEmpty();
  }

  /**
   * An input.
   *
   * @throws UnclearViewException if it is not constant
   */
  SmallConstant get(int i) {
    return constants
        .constant(scope, Nodes.input(node, i))
        .orElseThrow(
            () -> new UnclearViewException("input " + i + " of " + node.getOpType() + " varies"));
  }

  /**
   * All inputs.
   *
   * @throws UnclearViewException if one is not constant
   */
  List<SmallConstant> all() {
    return IntStream.range(0, count()).mapToObj(this::get).toList();
  }

  /**
   * An input that counts or names indices.
   *
   * @throws UnclearViewException if it is not constant, or of another type
   */
  List<Long> indices(int i) {
    SmallConstant indices = get(i);
    requireThat(indices.type() == DataType.INT64 || indices.type() == DataType.INT32);
    return indices.values();
  }

  /** Indices that are an attribute or, in later versions of the operator, an input, if given. */
  Optional<List<Long>> indices(String attribute, int i) {
    Optional<AttributeProto> given = attribute(attribute);
    if (given.isPresent()) {
      return given.map(AttributeProto::getIntsList);
    }
    return has(i) ? Optional.of(indices(i)) : Optional.empty();
  }

  /** An attribute, if it is given. */
  Optional<AttributeProto> attribute(String name) {
    return scope.attribute(node, name);
  }

  /** An integer attribute, or its default. */
  long integer(String name, long otherwise) {
    return scope.integer(node, name, otherwise);
  }

  /**
   * An axis.
   *
   * @param axis negative ones are counted from the end
   * @throws UnclearViewException if there is no such axis
   */
  int axis(long axis, int rank) {
    requireThat(-rank <= axis && axis < rank);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /**
   * Gives up unless something holds.
   *
   * @throws UnclearViewException if it does not
   */
  void requireThat(boolean holds) {
    if (!holds) {
      throw new UnclearViewException(node.getOpType() + " is given what it does not take");
    }
  }
}
