package io.github.parewire.options;

import java.util.Optional;

/**
 * How the output is proven.
 *
 * @param check how ONNX Runtime compares the weights of input and output
 * @param run whether ONNX Runtime loads and runs the output
 * @param runOn where it does; empty for where the layers are rewired, if that is {@link
 *     Device#CUDA}, else the processor
 * @param inputShapes shapes of the model's inputs to run it with, where dimensions are free
 */
public record VerificationOptions(
    WeightCheck check, boolean run, Optional<RunDevice> runOn, InputShapes inputShapes) {

  /** A fingerprint, and a run with what sizes of free dimensions the model takes. */
  public static final VerificationOptions DEFAULT =
      new VerificationOptions(WeightCheck.FINGERPRINT, true, InputShapes.none());

  /**
   * Options that leave open where the output is run.
   *
   * @param check how ONNX Runtime compares the weights of input and output
   * @param run whether ONNX Runtime loads and runs the output
   * @param inputShapes shapes of the model's inputs to run it with, where dimensions are free
   */
  public VerificationOptions(WeightCheck check, boolean run, InputShapes inputShapes) {
    this(check, run, Optional.empty(), inputShapes);
  }
}
