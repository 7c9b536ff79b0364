package io.github.parewire.model;

/** The ways in which a TensorProto holds its elements (ONNX IR, TensorProto). */
public enum StorageForm {
  /** Little-endian bytes in raw_data. */
  RAW("raw"),
  /** One number an element in float_data, double_data or int32_data. */
  TYPED("typed"),
  /** Bytes in another file. */
  EXTERNAL("external");

  private final String text;

  StorageForm(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
