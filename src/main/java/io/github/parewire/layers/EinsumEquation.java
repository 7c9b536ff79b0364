package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * The equation of an Einsum of two inputs (ONNX operators, Einsum). An axis of a weight that the
 * other input has, too, and the output has not is summed over: it is an input of the layer. One
 * that the output alone has is an output neuron's; one that both have counts matrices.
 */
record EinsumEquation(List<String> inputs, String output) {

  /**
   * Reads a node's equation.
   *
   * @throws UnclearViewException if it is not of two inputs
   */
  static EinsumEquation of(NodeProto node, Scope scope) {
    String text =
        scope
            .attribute(node, "equation")
            .map(AttributeProto::getS)
            .map(bytes -> bytes.toStringUtf8().replace(" ", ""))
            .orElse("");
    int arrow = text.indexOf("->");
    List<String> inputs = List.of((arrow < 0 ? text : text.substring(0, arrow)).split(",", -1));
    if (inputs.size() != 2) {
      throw new UnclearViewException("its equation is '" + text + "'");
    }
    return new EinsumEquation(
        inputs, arrow < 0 ? onceEach(String.join("", inputs)) : text.substring(arrow + 2));
  }

  /** The output of an equation that names none: what stands in it once. */
  private static String onceEach(String axes) {
    return axes.chars()
        .filter(axis -> axes.indexOf(axis) == axes.lastIndexOf(axis))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * One input as matrices, [slices, output neurons, inputs].
   *
   * @throws UnclearViewException if it is not a layer's weight by the equation
   */
  TensorView matrices(TensorView weight, int input) {
    String own = inputs.get(input);
    String other = inputs.get(1 - input);
    boolean isFit =
        own.length() == weight.dims().size()
            && own.chars().allMatch(Character::isLetter)
            && own.chars().distinct().count() == own.length()
            && own.chars().allMatch(axis -> has(other, axis) || has(output, axis));
    if (!isFit) {
      throw new UnclearViewException("'" + own + "' is no weight of " + weight.dims());
    }
    List<Integer> slices = axes(own, axis -> has(other, axis) && has(output, axis));
    List<Integer> outputs = axes(own, axis -> !has(other, axis));
    List<Integer> summed = axes(own, axis -> !has(output, axis));
    if (summed.isEmpty()) {
      throw new UnclearViewException("no axis of '" + own + "' is summed over");
    }
    if (outputs.isEmpty()) {
      throw new UnclearViewException("no axis of '" + own + "' is the output's alone");
    }
    List<Integer> order = Stream.of(slices, outputs, summed).flatMap(List::stream).toList();
    return weight
        .permute(order)
        .reshape(List.of(size(weight, slices), size(weight, outputs), size(weight, summed)));
  }

  private static boolean has(String axes, int axis) {
    return axes.indexOf(axis) >= 0;
  }

  private static List<Integer> axes(String own, IntPredicate kind) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < own.length(); i++) {
      if (kind.test(own.charAt(i))) {
        axes.add(i);
      }
    }
    return axes;
  }

  private static long size(TensorView weight, List<Integer> axes) {
    return ViewStep.product(axes.stream().map(weight.dims()::get).toList());
  }
}
