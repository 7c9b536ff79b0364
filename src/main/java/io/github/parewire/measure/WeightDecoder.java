package io.github.parewire.measure;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.Quantization;
import io.github.parewire.layers.WeightUse;
import io.github.parewire.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Makes numbers of a layer's stored elements: the weights that the operator computes with. Not
 * thread-safe.
 */
public final class WeightDecoder {

  /**
   * The bits of a binary16, moved to a binary32's place, are too small by the biases' difference.
   */
  private static final float HALF_SCALE = 0x1p112f;

  private static final int HALF_EXPONENT = 0x7c00;

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
    switch (type) {
      case FLOAT -> floats(source.asFloatBuffer(), into);
      case DOUBLE -> source.asDoubleBuffer().get(into, 0, count);
      case FLOAT16 -> halves(source, into);
      case BFLOAT16 -> brains(source, into);
      case INT8, UINT8 -> integers(source, into);
    }
  }

  /** Copied, then widened: two loops of many weights a step instead of one of one. */
  private void floats(FloatBuffer source, double[] into) {
    int count = source.remaining();
    if (floats.length < count) {
      floats = new float[count];
    }
    source.get(floats, 0, count);
    widen(floats, count, into);
  }

  private static void widen(float[] floats, int count, double[] into) {
    for (int i = 0; i < count; i++) {
      into[i] = floats[i];
    }
  }

  private static void halves(ByteBuffer source, double[] into) {
    for (int i = 0; source.hasRemaining(); i++) {
      short bits = source.getShort();
      into[i] =
          (bits & HALF_EXPONENT) == HALF_EXPONENT
              ? Double.NaN
              : Float.intBitsToFloat((bits & 0x8000) << 16 | (bits & 0x7fff) << 13) * HALF_SCALE;
    }
  }

  private static void brains(ByteBuffer source, double[] into) {
    for (int i = 0; source.hasRemaining(); i++) {
      into[i] = Float.intBitsToFloat(source.getShort() << 16);
    }
  }

  private void integers(ByteBuffer source, double[] into) {
    for (int i = 0; source.hasRemaining(); i++) {
      byte bits = source.get();
      int integer = type == ElementType.INT8 ? bits : Byte.toUnsignedInt(bits);
      into[i] = (integer - zeroPoint) * scale;
    }
  }
}
