package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The operators that cut a tensor into parts: attention's packed projections come to their
 * operators so (ONNX operators, Split, Slice).
 */
final class PartOperator {

  private static final Set<String> NAMES = Set.of("Split", "Slice");

  private PartOperator() {}

  /** Whether a node is one of them. */
  static boolean isOne(NodeProto node) {
    return NAMES.contains(node.getOpType())
        && Nodes.domain(node.getDomain()).isEmpty()
        && !Nodes.input(node, 0).isEmpty();
  }

  /**
   * Takes a view through a node.
   *
   * @param view the view of its input
   * @param output which of its outputs
   * @throws UnclearViewException if that depends on values that are not constant, or can't be
   */
  static TensorView through(
      TensorView view, NodeProto node, int output, Scope scope, ConstantEvaluator constants) {
    try {
      return node.getOpType().equals("Split")
          ? split(view, node, output, scope, constants)
          : slice(view, node, scope, constants);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new UnclearViewException(
          node.getOpType() + " '" + node.getName() + "' does not fit " + view.dims());
    }
  }

  /** Sizes are an attribute up to opset 12, then an input; without either they are equal. */
  private static TensorView split(
      TensorView view, NodeProto node, int output, Scope scope, ConstantEvaluator constants) {
    int axis = axis(scope.integer(node, "axis", 0), view);
    Optional<List<Long>> sizes = given(node, "split", 1, scope, constants);
    if (sizes.isPresent()) {
      long from = sizes.get().subList(0, output).stream().mapToLong(Long::longValue).sum();
      return view.part(axis, from, sizes.get().get(output));
    }
    long all = view.dims().get(axis);
    long parts = scope.integer(node, "num_outputs", node.getOutputCount());
    // The last one is smaller if they can't be equal.
    long size = (all + parts - 1) / parts;
    return view.part(axis, output * size, Math.min(size, all - output * size));
  }

  /** Starts and so on are attributes up to opset 9, then inputs. */
  private static TensorView slice(
      TensorView view, NodeProto node, Scope scope, ConstantEvaluator constants) {
    List<Long> starts = required(node, "starts", 1, scope, constants);
    List<Long> ends = required(node, "ends", 2, scope, constants);
    List<Long> axes =
        given(node, "axes", 3, scope, constants)
            .orElse(IntStream.range(0, starts.size()).mapToObj(i -> (long) i).toList());
    Optional<List<Long>> steps = given(node, "", 4, scope, constants);
    if (steps.isPresent() && steps.get().stream().anyMatch(step -> step != 1)) {
      throw new UnclearViewException("a Slice takes not every index");
    }
    TensorView part = view;
    for (int i = 0; i < axes.size(); i++) {
      int axis = axis(axes.get(i), view);
      long size = view.dims().get(axis);
      long from = position(starts.get(i), size);
      part = part.part(axis, from, Math.max(0, position(ends.get(i), size) - from));
    }
    return part;
  }

  private static List<Long> required(
      NodeProto node, String what, int input, Scope scope, ConstantEvaluator constants) {
    return given(node, what, input, scope, constants)
        .orElseThrow(
            () ->
                new UnclearViewException(
                    "the " + what + " of " + node.getOpType() + " are not given"));
  }

  /** An attribute, or an input; empty if it is neither. */
  private static Optional<List<Long>> given(
      NodeProto node, String attribute, int input, Scope scope, ConstantEvaluator constants) {
    Optional<AttributeProto> given = scope.attribute(node, attribute);
    if (given.isPresent()) {
      return Optional.of(given.get().getIntsList());
    }
    String name = Nodes.input(node, input);
    return name.isEmpty()
        ? Optional.empty()
        : Optional.of(
            constants
                .integers(scope, name)
                .orElseThrow(
                    () ->
                        new UnclearViewException(
                            "where "
                                + node.getOpType()
                                + " '"
                                + node.getName()
                                + "' cuts it is not constant")));
  }

  private static long position(long index, long size) {
    return Math.max(0, Math.min(size, index < 0 ? index + size : index));
  }

  private static int axis(long axis, TensorView view) {
    return Math.toIntExact(axis < 0 ? axis + view.dims().size() : axis);
  }
}
