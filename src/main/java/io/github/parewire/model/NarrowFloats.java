package io.github.parewire.model;

import java.nio.ByteBuffer;

/**
 * The values of types narrower than binary32, each of which is a float. By integers where a float
 * would be subnormal: native libraries leave threads behind that take those for zero.
 */
final class NarrowFloats {

  private static final int HALF_SIGN = 0x8000;
  private static final int HALF_INFINITY = 0x7c00;

  /** The least normal binary16, and 2^16, as binary32. */
  private static final int LEAST_NORMAL_HALF = 0x3880_0000;

  private static final int BEYOND_HALVES = 0x4780_0000;

  /** The difference of the biases of the exponents, in a binary32's place. */
  private static final int BIAS = 112 << 23;

  private static final int INFINITY = 0x7f80_0000;

  private NarrowFloats() {}

  /** The value of a binary16. */
  static float ofHalf(short bits) {
    return isNormal(bits) ? ofNormalHalf(bits) : ofOtherHalf(bits);
  }

  private static boolean isNormal(short bits) {
    int exponent = bits & HALF_INFINITY;
    return exponent != 0 && exponent != HALF_INFINITY;
  }

  private static float ofNormalHalf(short bits) {
    return Float.intBitsToFloat(((bits & HALF_SIGN) << 16) | (((bits & 0x7fff) << 13) + BIAS));
  }

  private static float ofOtherHalf(short bits) {
    int magnitude = bits & 0x7fff;
    int wide =
        magnitude < HALF_INFINITY
            ? Float.floatToRawIntBits(magnitude * 0x1p-24f)
            : INFINITY | ((magnitude & 0x3ff) << 13);
    return Float.intBitsToFloat(((bits & HALF_SIGN) << 16) | wide);
  }

  /** The way of {@link #ofHalf} back. */
  static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & Integer.MAX_VALUE;
    int narrow =
        magnitude >= LEAST_NORMAL_HALF && magnitude < BEYOND_HALVES
            ? (magnitude - BIAS) >>> 13
            : toOtherHalf(magnitude);
    return (short) (((bits >>> 16) & HALF_SIGN) | narrow);
  }

  private static int toOtherHalf(int magnitude) {
    return magnitude < LEAST_NORMAL_HALF
        ? (int) (Float.intBitsToFloat(magnitude) * 0x1p24f)
        : HALF_INFINITY | ((magnitude >>> 13) & 0x3ff);
  }

  /** Widens the elements that a buffer has left. */
  static void widen(ElementType type, ByteBuffer from, float[] into) {
    int count = from.remaining() / type.bytes();
    switch (type) {
      case FLOAT16 -> widenHalves(shorts(from, count), into);
      case BFLOAT16 -> widenBrains(shorts(from, count), into);
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          into[i] = from.get();
        }
      }
      case UINT8 -> {
        for (int i = 0; i < count; i++) {
          into[i] = Byte.toUnsignedInt(from.get());
        }
      }
      case FLOAT, DOUBLE -> throw new IllegalArgumentException(type.text());
    }
  }

  /** The way of {@link #widen} back. */
  static void narrow(ElementType type, float[] from, int count, ByteBuffer into) {
    switch (type) {
      case FLOAT16 -> put(narrowHalves(from, count), into);
      case BFLOAT16 -> put(narrowBrains(from, count), into);
      case INT8, UINT8 -> {
        for (int i = 0; i < count; i++) {
          into.put((byte) (int) from[i]);
        }
      }
      case FLOAT, DOUBLE -> throw new IllegalArgumentException(type.text());
    }
  }

  private static short[] shorts(ByteBuffer from, int count) {
    short[] shorts = new short[count];
    from.asShortBuffer().get(shorts);
    from.position(from.position() + count * Short.BYTES);
    return shorts;
  }

  private static void put(short[] shorts, ByteBuffer into) {
    into.asShortBuffer().put(shorts);
    into.position(into.position() + shorts.length * Short.BYTES);
  }

  private static void widenHalves(short[] from, float[] into) {
    for (int i = 0; i < from.length; i++) {
      into[i] = ofHalf(from[i]);
    }
  }

  private static void widenBrains(short[] from, float[] into) {
    for (int i = 0; i < from.length; i++) {
      into[i] = Float.intBitsToFloat(from[i] << 16);
    }
  }

  private static short[] narrowHalves(float[] from, int count) {
    short[] narrow = new short[count];
    for (int i = 0; i < count; i++) {
      narrow[i] = toHalf(from[i]);
    }
    return narrow;
  }

  private static short[] narrowBrains(float[] from, int count) {
    short[] narrow = new short[count];
    for (int i = 0; i < count; i++) {
      narrow[i] = (short) (Float.floatToRawIntBits(from[i]) >>> 16);
    }
    return narrow;
  }
}
