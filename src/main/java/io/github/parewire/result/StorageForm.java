package io.github.parewire.result;

/** The ways in which a TensorProto holds its elements (ONNX IR, TensorProto). */
public enum StorageForm {
  /** Little-endian bytes in raw_data. */
  RAW,
  /** One number an element in float_data, double_data or int32_data. */
  TYPED,
  /** Bytes in another file. */
  EXTERNAL
}
