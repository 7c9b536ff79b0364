package io.github.parewire.options;

/**
 * How the output is proven.
 *
 * @param check how ONNX Runtime compares the weights of input and output
 * @param inputShapes shapes of the model's inputs to run it with, where dimensions are free
 */
public record VerificationOptions(WeightCheck check, InputShapes inputShapes) {

  /** A fingerprint, and free dimensions of 1. */
  public static final VerificationOptions DEFAULT =
      new VerificationOptions(WeightCheck.FINGERPRINT, InputShapes.none());
}
