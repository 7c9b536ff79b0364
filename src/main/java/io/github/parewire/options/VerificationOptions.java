package io.github.parewire.options;

/**
 * How the output is proven.
 *
 * @param check how ONNX Runtime compares the weights of input and output
 * @param run whether ONNX Runtime loads and runs the output
 * @param inputShapes shapes of the model's inputs to run it with, where dimensions are free
 */
public record VerificationOptions(WeightCheck check, boolean run, InputShapes inputShapes) {

  /** A fingerprint, and a run with what sizes of free dimensions the model takes. */
  public static final VerificationOptions DEFAULT =
      new VerificationOptions(WeightCheck.FINGERPRINT, true, InputShapes.none());
}
