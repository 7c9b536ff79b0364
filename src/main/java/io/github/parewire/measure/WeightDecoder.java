package io.github.parewire.measure;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.Quantization;
import io.github.parewire.layers.WeightUse;
import io.github.parewire.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes numbers of a layer's stored elements: the weights that the operator computes with. Not
 * thread-safe.
 */
public final class WeightDecoder {

  private final ElementType type;
  private final float scale;
  private final int zeroPoint;
  private float[] floats = {};

  /** Makes a decoder for a layer's elements. */
  public WeightDecoder(Layer layer) {
    this(layer.tensor().type(), layer.use());
  }

  /** Makes a decoder for the elements of a tensor that an operator uses as its weight. */
  WeightDecoder(ElementType type, WeightUse use) {
    this.type = type;
    scale = use.quantization().map(Quantization::scale).orElse(1f);
    zeroPoint = use.quantization().map(Quantization::zeroPoint).orElse(0);
  }

  /** The largest relative rounding error of a weight of a type; of integers, of the largest. */
  static double resolution(ElementType type) {
    return switch (type) {
      case FLOAT, DOUBLE -> 0x1p-22;
      case FLOAT16 -> 0x1p-10;
      case BFLOAT16 -> 0x1p-7;
      case INT8, UINT8 -> 0x1p-6;
    };
  }

  /**
   * Decodes elements.
   *
   * @param bytes begins with little-endian elements
   * @param first the first of them to decode
   * @param count how many
   * @param into gets the weights from its start on
   */
  public void decode(ByteBuffer bytes, int first, int count, double[] into) {
    int width = type.bytes();
    ByteBuffer source =
        bytes.slice(bytes.position() + first * width, count * width).order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.DOUBLE) {
      source.asDoubleBuffer().get(into, 0, count);
      return;
    }
    // First all of one, then all of the other: loops of many weights a step.
    if (floats.length < count) {
      floats = new float[count];
    }
    if (type == ElementType.FLOAT) {
      source.asFloatBuffer().get(floats, 0, count);
    } else {
      type.widen(source, floats);
    }
    if (!type.isFloatingPoint()) {
      scale(floats, count);
    }
    widen(floats, count, into);
  }

  private void scale(float[] integers, int count) {
    for (int i = 0; i < count; i++) {
      integers[i] = (integers[i] - zeroPoint) * scale;
    }
  }

  private static void widen(float[] floats, int count, double[] into) {
    for (int i = 0; i < count; i++) {
      into[i] = floats[i];
    }
  }
}
