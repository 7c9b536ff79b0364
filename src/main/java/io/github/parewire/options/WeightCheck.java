package io.github.parewire.options;

/** How ONNX Runtime compares the weights of a layer in two files. */
public enum WeightCheck {
  /** By sorting both: exact, and slow. */
  SORT,
  /** By an order-independent fingerprint of 128 bits under constants drawn for each run. */
  FINGERPRINT,
  /** Not at all. */
  NONE
}
