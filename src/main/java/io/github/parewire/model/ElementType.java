package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.util.Locale;
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
  BFLOAT16(TensorProto.DataType.BFLOAT16, 2, TensorProto.INT32_DATA_FIELD_NUMBER, 0x7f80L);

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

  /** Number of the TensorProto field that holds elements of this type outside raw_data. */
  int typedField() {
    return typedField;
  }

  /** Whether the element with these bits is a NaN or an infinity: all exponent bits are set. */
  boolean isNotFinite(long bits) {
    return (bits & exponentMask) == exponentMask;
  }

  /** The name as the ONNX documentation writes it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
