package io.github.parewire.layers;

import io.github.parewire.layers.ValueOrigin.Quantizer;
import io.github.parewire.onnx.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What integers mean as weights, by a DequantizeLinear with one scale for the tensor: {@code (q -
 * zeroPoint) * scale} (ONNX operators, DequantizeLinear).
 *
 * @param scale a normal float32, neither tiny nor huge, so that each integer can be told again from
 *     its weight
 * @param zeroPoint the integer that means 0
 */
public record Quantization(float scale, int zeroPoint) {

  /** ONNX's own, and ONNX Runtime's, whose operators of these names are the same. */
  private static final Set<String> DOMAINS = Set.of("", "com.microsoft");

  private static final double SMALLEST_SCALE = 0x1p-100;
  private static final double LARGEST_SCALE = 0x1p100;
  private static final int MAX_UINT8 = 255;

  private static final String QUANTIZE = "QuantizeLinear";

  /** Whether a node is a DequantizeLinear or a QuantizeLinear. */
  static boolean isOne(NodeProto node) {
    String operator = node.getOpType();
    return (operator.equals("DequantizeLinear") || operator.equals(QUANTIZE))
        && DOMAINS.contains(Nodes.domain(node.getDomain()))
        && !Nodes.input(node, 0).isEmpty();
  }

  /**
   * Reads the nodes that a weight goes through.
   *
   * @param nodes none; or a DequantizeLinear; or pairs of a QuantizeLinear and a DequantizeLinear,
   *     which change weights by their value alone, wherever they are
   * @param constants evaluates scales and zero points
   * @return empty if the stored weights are no integers
   * @throws UnclearViewException if there are others, or one of them has not one scale and zero
   *     point, all constant
   */
  static Optional<Quantization> of(List<Quantizer> nodes, ConstantEvaluator constants) {
    Optional<Quantization> stored = Optional.empty();
    for (int i = 0; i < nodes.size(); i++) {
      boolean quantizes = nodes.get(i).node().getOpType().equals(QUANTIZE);
      boolean isAfterQuantizing = i > 0 && nodes.get(i - 1).node().getOpType().equals(QUANTIZE);
      if (quantizes ? isAfterQuantizing : i > 0 && !isAfterQuantizing) {
        throw new UnclearViewException(
            quantizes ? "it is quantized twice" : "it is dequantized twice");
      }
      Quantization one = of(nodes.get(i), constants);
      if (i == 0 && !quantizes) {
        stored = Optional.of(one);
      }
    }
    return stored;
  }

  private static Quantization of(Quantizer quantizer, ConstantEvaluator constants) {
    NodeProto node = quantizer.node();
    float scale = scale(node, quantizer.scope(), constants);
    String zeroPoint = Nodes.input(node, 2);
    if (zeroPoint.isEmpty()) {
      return new Quantization(scale, 0);
    }
    List<Long> zeros =
        constants
            .integers(quantizer.scope(), zeroPoint)
            .filter(values -> !values.isEmpty())
            .orElseThrow(() -> new UnclearViewException("its zero point is not constant"));
    if (zeros.stream().distinct().count() > 1) {
      throw new UnclearViewException("it is quantized per channel");
    }
    if (zeros.get(0) < Byte.MIN_VALUE || zeros.get(0) > MAX_UINT8) {
      throw new UnclearViewException("its zero point is " + zeros.get(0));
    }
    return new Quantization(scale, zeros.get(0).intValue());
  }

  /** The scale, of which there may be many that are equal. */
  private static float scale(NodeProto node, Scope scope, ConstantEvaluator constants) {
    List<Float> scales =
        constants
            .floats(scope, Nodes.input(node, 1))
            .filter(values -> !values.isEmpty())
            .orElseThrow(() -> new UnclearViewException("its scale is no float32 constant"));
    float scale = scales.get(0);
    if (scales.stream().anyMatch(other -> other != scale)) {
      throw new UnclearViewException("it is quantized per channel");
    }
    double size = Math.abs(scale);
    if (!(size >= SMALLEST_SCALE && size <= LARGEST_SCALE)) {
      throw new UnclearViewException("its scale is " + scale);
    }
    return scale;
  }
}
