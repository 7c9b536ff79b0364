package io.github.parewire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All elements of each narrow type, against the definition of their values (IEEE 754), and back.
 */
final class NarrowFloatsTest {

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "INT8", "UINT8"})
  void everyElementHasItsValueAndComesBack(ElementType type) {
    int count = 1 << (8 * type.bytes());
    ByteBuffer elements = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < count; bits++) {
      if (type.bytes() == 1) {
        elements.put((byte) bits);
      } else {
        elements.putShort((short) bits);
      }
    }
    float[] floats = new float[count];
    ByteBuffer source = elements.flip().duplicate();
    type.widen(source, floats);
    assertEquals(0, source.remaining());
    for (int bits = 0; bits < count; bits++) {
      float expected = (float) value(type, bits);
      // A NaN has no value, but bits that come back; a zero has a sign.
      String what = type + " " + Integer.toHexString(bits);
      assertEquals(Float.isNaN(expected), Float.isNaN(floats[bits]), what);
      if (!Float.isNaN(expected)) {
        assertEquals(
            Float.floatToRawIntBits(expected), Float.floatToRawIntBits(floats[bits]), what);
      }
    }
    ByteBuffer back = ByteBuffer.allocate(elements.limit());
    type.narrow(floats, count, back);
    assertEquals(elements, back.flip());
  }

  private static double value(ElementType type, int bits) {
    return switch (type) {
      case FLOAT16 -> value(bits, 5, 10);
      case BFLOAT16 -> value(bits, 8, 7);
      case INT8 -> (byte) bits;
      case UINT8 -> bits;
      case FLOAT, DOUBLE -> throw new IllegalArgumentException();
    };
  }

  /** The value of a sign, an exponent and a mantissa. */
  private static double value(int bits, int exponentBits, int mantissaBits) {
    int sign = bits >> (exponentBits + mantissaBits) == 0 ? 1 : -1;
    int most = (1 << exponentBits) - 1;
    int exponent = (bits >> mantissaBits) & most;
    double fraction = Math.scalb(bits & ((1 << mantissaBits) - 1), -mantissaBits);
    int bias = most / 2;
    if (exponent == most) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb(fraction, 1 - bias)
        : sign * Math.scalb(1 + fraction, exponent - bias);
  }

  @Test
  void floatsAreNotNarrow() {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    assertThrows(
        IllegalArgumentException.class, () -> ElementType.FLOAT.widen(bytes, new float[2]));
    assertThrows(
        IllegalArgumentException.class, () -> ElementType.DOUBLE.narrow(new float[1], 1, bytes));
  }
}
