package io.github.parewire.model;

import io.github.parewire.message.LowerCase;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The element types whose tensors can be rewired (ONNX IR, TensorProto.DataType). */
public enum ElementType {
  /** IEEE 754 binary32. */
  FLOAT(TensorProto.DataType.FLOAT, 4, TensorProto.FLOAT_DATA_FIELD_NUMBER, 0x7f80_0000L),
  /** IEEE 754 binary64. */
  DOUBLE(
      TensorProto.DataType.DOUBLE, 8, TensorProto.DOUBLE_DATA_FIELD_NUMBER, 0x7ff0_0000_0000_0000L),
  /** IEEE 754 binary16. */
  FLOAT16(TensorProto.DataType.FLOAT16, 2, TensorProto.INT32_DATA_FIELD_NUMBER, 0x7c00L),
  /** The upper half of a binary32. */
  BFLOAT16(TensorProto.DataType.BFLOAT16, 2, TensorProto.INT32_DATA_FIELD_NUMBER, 0x7f80L),
  /** Two's complement; rewired where a DequantizeLinear says what it means. */
  INT8(TensorProto.DataType.INT8, 1, TensorProto.INT32_DATA_FIELD_NUMBER, 0),
  /** Without a sign; rewired where a DequantizeLinear says what it means. */
  UINT8(TensorProto.DataType.UINT8, 1, TensorProto.INT32_DATA_FIELD_NUMBER, 0);

  private final TensorProto.DataType dataType;
  private final int bytes;
  private final int typedField;
  private final long exponentMask;

  ElementType(TensorProto.DataType dataType, int bytes, int typedField, long exponentMask) {
    this.dataType = dataType;
    this.bytes = bytes;
    this.typedField = typedField;
    this.exponentMask = exponentMask;
  }

  /** The type with this number in TensorProto.data_type; empty if it is not rewired. */
  public static Optional<ElementType> of(int dataType) {
    for (ElementType type : values()) {
      if (type.dataType.getNumber() == dataType) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The ONNX data type. */
  public TensorProto.DataType dataType() {
    return dataType;
  }

  /** Bytes of an element in raw_data. */
  public int bytes() {
    return bytes;
  }

  /** Whether each element is a float, and takes less room than one. */
  public boolean isNarrow() {
    return bytes < Float.BYTES;
  }

  /**
   * Makes floats of narrow elements, integers not yet scaled.
   *
   * @param from what it has left are little-endian elements; all are taken
   * @param into gets them from its start on
   * @throws IllegalArgumentException if elements are not narrow
   */
  public void widen(ByteBuffer from, float[] into) {
    NarrowFloats.widen(this, from.order(ByteOrder.LITTLE_ENDIAN), into);
  }

  /**
   * The way of {@link #widen} back.
   *
   * @param from values of this type, from the start on
   * @param count how many
   * @param into gets them, little-endian
   * @throws IllegalArgumentException if elements are not narrow
   */
  public void narrow(float[] from, int count, ByteBuffer into) {
    NarrowFloats.narrow(this, from, count, into.order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Number of the TensorProto field that holds elements of this type outside raw_data. */
  int typedField() {
    return typedField;
  }

  /** Whether the element with these bits is a NaN or an infinity: all exponent bits are set. */
  boolean isNotFinite(long bits) {
    return isFloatingPoint() && (bits & exponentMask) == exponentMask;
  }

  /** Whether the elements are weights as they stand, rather than numbers to be scaled. */
  public boolean isFloatingPoint() {
    return exponentMask != 0;
  }

  /** Whether elements outside raw_data stand in int32_data, one an integer. */
  boolean isInInt32Data() {
    return typedField == TensorProto.INT32_DATA_FIELD_NUMBER;
  }

  /** The integer that stands in int32_data for an element with these bits. */
  int toInt32(long bits) {
    return switch (this) {
      case INT8 -> (byte) bits;
      case UINT8 -> (int) (bits & 0xff);
      default -> (int) (bits & 0xffff);
    };
  }

  /** The name in ONNX's words, such as float16. */
  public String text() {
    return LowerCase.of(this);
  }
}
