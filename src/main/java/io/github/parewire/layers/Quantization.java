package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * What integers mean as weights, by a DequantizeLinear with one scale for the tensor: {@code (q -
 * zeroPoint) * scale} (ONNX operators, DequantizeLinear).
 *
 * @param scale a normal float32, neither tiny nor huge, so that each integer can be told again from
 *     its weight
 * @param zeroPoint the integer that means 0
 */
public record Quantization(float scale, int zeroPoint) {

  private static final double SMALLEST_SCALE = 0x1p-100;
  private static final double LARGEST_SCALE = 0x1p100;
  private static final int MAX_UINT8 = 255;

  /** Whether a node is a DequantizeLinear. */
  static boolean isOne(NodeProto node) {
    return Nodes.isOnnx(node, "DequantizeLinear");
  }

  /**
   * Reads a DequantizeLinear.
   *
   * @param scope where the node stands
   * @param constants evaluates the zero point
   * @throws UnclearViewException if it has not one scale and zero point, both constant
   */
  static Quantization of(NodeProto node, Scope scope, ConstantEvaluator constants) {
    float scale = scale(node, scope);
    String zeroPoint = Nodes.input(node, 2);
    if (zeroPoint.isEmpty()) {
      return new Quantization(scale, 0);
    }
    List<Long> zero =
        constants
            .integers(scope, zeroPoint)
            .filter(values -> values.size() == 1)
            .orElseThrow(() -> new UnclearViewException("its zero point is not one constant"));
    if (zero.get(0) < Byte.MIN_VALUE || zero.get(0) > MAX_UINT8) {
      throw new UnclearViewException("its zero point is " + zero.get(0));
    }
    return new Quantization(scale, zero.get(0).intValue());
  }

  private static float scale(NodeProto node, Scope scope) {
    TensorProto tensor =
        constant(scope, Nodes.input(node, 1))
            .orElseThrow(() -> new UnclearViewException("its scale is not constant"));
    if (tensor.getDimsList().stream().anyMatch(dim -> dim != 1)) {
      throw new UnclearViewException("it is quantized per channel");
    }
    if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
      throw new UnclearViewException("its scale is not float32");
    }
    float scale =
        tensor.hasRawData()
            ? tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getFloat()
            : tensor.getFloatData(0);
    double size = Math.abs(scale);
    if (!(size >= SMALLEST_SCALE && size <= LARGEST_SCALE)) {
      throw new UnclearViewException("its scale is " + scale);
    }
    return scale;
  }

  private static Optional<TensorProto> constant(Scope scope, String name) {
    Scope at = scope;
    String value = name;
    while (true) {
      Optional<Scope.Found> found = at.find(value);
      if (found.isPresent() && found.get().definition() instanceof Definition.Argument argument) {
        at = argument.caller();
        value = argument.name();
      } else {
        return found
            .map(Scope.Found::definition)
            .filter(Definition.Stored.class::isInstance)
            .map(definition -> ((Definition.Stored) definition).tensor().proto())
            .filter(tensor -> tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL)
            .filter(tensor -> !tensor.hasSegment());
      }
    }
  }
}
