package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The operators that may stand between a stored tensor and its layer: they move elements and change
 * none (ONNX operators, Identity, Cast, Transpose, Reshape, Flatten, Squeeze, Unsqueeze).
 */
final class LayoutOperator {

  private static final Set<String> NAMES =
      Set.of("Identity", "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze");

  private LayoutOperator() {}

  /** Whether a node is one of them. */
  static boolean isOne(NodeProto node) {
    return NAMES.contains(node.getOpType())
        && Nodes.domain(node.getDomain()).isEmpty()
        && !Nodes.input(node, 0).isEmpty();
  }

  /**
   * Takes a view through a layout node.
   *
   * @param view the view of its input
   * @param scope where the node stands
   * @param constants evaluates shapes and axes
   * @return the view of its output
   * @throws UnclearViewException if that depends on values that are not constant, or can't be
   */
  static TensorView through(
      TensorView view, NodeProto node, Scope scope, ConstantEvaluator constants) {
    return switch (node.getOpType()) {
      case "Identity" -> view;
      case "Cast" -> cast(view, node, scope);
      case "Transpose" ->
          fitting(view.dims(), node, () -> view.permute(permutation(view, node, scope)));
      default ->
          fitting(
              view.dims(), node, () -> view.reshape(reshaped(view.dims(), node, scope, constants)));
    };
  }

  /**
   * The shape that a Reshape, Flatten, Squeeze or Unsqueeze gives.
   *
   * @param dims the shape of its input
   * @throws UnclearViewException if that depends on values that are not constant, or can't be
   */
  static List<Long> reshaped(
      List<Long> dims, NodeProto node, Scope scope, ConstantEvaluator constants) {
    return fitting(
        dims,
        node,
        () ->
            switch (node.getOpType()) {
              case "Reshape" -> shape(dims, node, scope, constants);
              case "Flatten" -> flattened(dims, node, scope);
              case "Squeeze" -> squeezed(dims, axes(node, scope, constants));
              case "Unsqueeze" ->
                  unsqueezed(
                      dims,
                      axes(node, scope, constants).orElseThrow(() -> notConstant(node, "axes")));
              default -> throw new IllegalArgumentException(node.getOpType());
            });
  }

  private static <T> T fitting(List<Long> dims, NodeProto node, Supplier<T> result) {
    try {
      return result.get();
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new UnclearViewException(
          node.getOpType() + " '" + node.getName() + "' does not fit " + dims);
    }
  }

  private static TensorView cast(TensorView view, NodeProto node, Scope scope) {
    TensorProto.DataType to =
        TensorProto.DataType.forNumber(
            (int) scope.integer(node, "to", TensorProto.DataType.FLOAT_VALUE));
    // Any other target is no weight of an operator found here.
    if (to == TensorProto.DataType.FLOAT
        || to == TensorProto.DataType.DOUBLE
        || to == TensorProto.DataType.FLOAT16
        || to == TensorProto.DataType.BFLOAT16) {
      return view;
    }
    throw new UnclearViewException("cast to " + to);
  }

  private static List<Integer> permutation(TensorView view, NodeProto node, Scope scope) {
    Optional<AttributeProto> perm = scope.attribute(node, "perm");
    if (perm.isPresent()) {
      return perm.get().getIntsList().stream().map(Math::toIntExact).toList();
    }
    List<Integer> reversed =
        new ArrayList<>(IntStream.range(0, view.dims().size()).boxed().toList());
    Collections.reverse(reversed);
    return reversed;
  }

  private static List<Long> shape(
      List<Long> dims, NodeProto node, Scope scope, ConstantEvaluator constants) {
    List<Long> shape =
        scope
            .attribute(node, "shape")
            .map(AttributeProto::getIntsList)
            .or(() -> constants.integers(scope, Nodes.input(node, 1)))
            .orElseThrow(() -> notConstant(node, "shape"));
    boolean zeroIsZero = scope.integer(node, "allowzero", 0) != 0;
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      result.add(shape.get(i) == 0 && !zeroIsZero ? dims.get(i) : shape.get(i));
    }
    int free = result.indexOf(-1L);
    if (free >= 0) {
      result.set(free, 1L);
      long known = ViewStep.product(result);
      result.set(free, known == 0 ? 0 : ViewStep.product(dims) / known);
    }
    return result;
  }

  private static List<Long> flattened(List<Long> dims, NodeProto node, Scope scope) {
    int axis = axis(scope.integer(node, "axis", 1), dims.size());
    return List.of(
        ViewStep.product(dims.subList(0, axis)), ViewStep.product(dims.subList(axis, dims.size())));
  }

  private static List<Long> squeezed(List<Long> dims, Optional<List<Long>> axes) {
    if (axes.isEmpty()) {
      return dims.stream().filter(dim -> dim != 1).toList();
    }
    Set<Integer> dropped = new TreeSet<>();
    axes.get().forEach(axis -> dropped.add(axis(axis, dims.size())));
    return IntStream.range(0, dims.size())
        .filter(i -> !dropped.contains(i))
        .mapToObj(dims::get)
        .toList();
  }

  private static List<Long> unsqueezed(List<Long> dims, List<Long> axes) {
    int rank = dims.size() + axes.size();
    Set<Integer> added = new TreeSet<>();
    axes.forEach(axis -> added.add(axis(axis, rank)));
    List<Long> result = new ArrayList<>(dims);
    added.forEach(axis -> result.add(axis, 1L));
    return result;
  }

  /** Axes were an attribute up to opset 12, and are an input since. */
  private static Optional<List<Long>> axes(
      NodeProto node, Scope scope, ConstantEvaluator constants) {
    Optional<AttributeProto> attribute = scope.attribute(node, "axes");
    if (attribute.isPresent()) {
      return Optional.of(attribute.get().getIntsList());
    }
    String input = Nodes.input(node, 1);
    if (input.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        constants.integers(scope, input).orElseThrow(() -> notConstant(node, "axes")));
  }

  private static int axis(long axis, int rank) {
    return Math.toIntExact(axis < 0 ? axis + rank : axis);
  }

  private static UnclearViewException notConstant(NodeProto node, String what) {
    return new UnclearViewException(
        "the " + what + " of " + node.getOpType() + " '" + node.getName() + "' is not constant");
  }
}
