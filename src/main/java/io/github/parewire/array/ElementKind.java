package io.github.parewire.array;

import org.nd4j.linalg.api.buffer.DataType;

/** The types of elements that {@link NativeArray} holds. */
public enum ElementKind {
  /** IEEE 754 binary32. */
  FLOAT(DataType.FLOAT),
  /** IEEE 754 binary64. */
  DOUBLE(DataType.DOUBLE),
  /** IEEE 754 binary16. */
  FLOAT16(DataType.FLOAT16),
  /** The upper half of a binary32. */
  BFLOAT16(DataType.BFLOAT16),
  /** Two's complement. */
  INT8(DataType.INT8),
  /** Without a sign. */
  UINT8(DataType.UINT8);

  private final DataType dataType;

  ElementKind(DataType dataType) {
    this.dataType = dataType;
  }

  DataType dataType() {
    return dataType;
  }
}
