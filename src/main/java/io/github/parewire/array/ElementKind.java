package io.github.parewire.array;

import org.nd4j.linalg.api.buffer.DataType;

/** The types of elements that {@link NativeArray} holds. */
public enum ElementKind {
  /** IEEE 754 binary32. */
  FLOAT(DataType.FLOAT),
  /** IEEE 754 binary64. */
  DOUBLE(DataType.DOUBLE);

  private final DataType dataType;

  ElementKind(DataType dataType) {
    this.dataType = dataType;
  }

  DataType dataType() {
    return dataType;
  }
}
