package io.github.parewire.verify;

import io.github.parewire.device.Device;
import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.OnnxFile;
import java.util.List;

/**
 * The proof that ONNX Runtime loads and runs the output wherever it does the input: with the same
 * random input, outputs have the same names, types and shapes, and are finite where the input's
 * were.
 *
 * <p>Where the input itself can't be loaded or run (custom operators, types that the CPU provider
 * lacks), the other proofs decide.
 */
final class Runs {

  private static final String NAME = "runs";

  /** Bytes of a model and its data up to which it is run: a run holds all weights in memory. */
  private static final long LARGEST = 1L << 27;

  private Runs() {}

  static Proof prove(OnnxFile in, OnnxFile out, InputShapes shapes, Device device) {
    boolean run = size(in) <= LARGEST;
    TrialRun after = TrialRun.of(out.path(), shapes, run, device);
    if (!run && after instanceof TrialRun.Loaded) {
      return Proof.holds(NAME, "loads in ONNX Runtime; too large to be run for a proof");
    }
    TrialRun before = TrialRun.of(in.path(), shapes, run, device);
    if (before instanceof TrialRun.Failed failed) {
      return Proof.skipped(NAME, "the input does not load in ONNX Runtime: " + failed.why());
    }
    if (after instanceof TrialRun.Failed failed) {
      return Proof.failed(NAME, "the input loads in ONNX Runtime, the output: " + failed.why());
    }
    if (before instanceof TrialRun.Loaded loaded) {
      return Proof.skipped(
          NAME, "both load, but the input does not run" + hint(shapes) + ": " + loaded.why());
    }
    if (after instanceof TrialRun.Loaded loaded) {
      return Proof.failed(NAME, "the input runs in ONNX Runtime, the output: " + loaded.why());
    }
    return compare(((TrialRun.Ran) before).outputs(), ((TrialRun.Ran) after).outputs(), device);
  }

  private static String hint(InputShapes shapes) {
    return shapes.shapes().isEmpty() ? " (free dimensions are 1 without --input-shape)" : "";
  }

  private static Proof compare(
      List<TrialRun.Output> before, List<TrialRun.Output> after, Device device) {
    if (before.size() != after.size()) {
      return Proof.failed(NAME, before.size() + " outputs, then " + after.size());
    }
    for (int i = 0; i < before.size(); i++) {
      if (!fits(before.get(i), after.get(i))) {
        return Proof.failed(
            NAME, "the input's output is " + before.get(i) + ", the new one " + after.get(i));
      }
    }
    return Proof.holds(
        NAME,
        (device == Device.CUDA ? "in ONNX Runtime on the GPU, " : "in ONNX Runtime, ")
            + before.size()
            + (before.size() == 1 ? " output" : " outputs")
            + " of the same name, type and shape");
  }

  /** Free dimensions may depend on values, as in a detector, and so on the weights. */
  private static boolean fits(TrialRun.Output before, TrialRun.Output after) {
    if (!before.name().equals(after.name())
        || !before.type().equals(after.type())
        || before.shape().size() != after.shape().size()
        || (before.isFinite() && !after.isFinite())) {
      return false;
    }
    for (int i = 0; i < before.shape().size(); i++) {
      boolean isFree = i < before.declared().size() && before.declared().get(i) < 0;
      if (!isFree && !before.shape().get(i).equals(after.shape().get(i))) {
        return false;
      }
    }
    return true;
  }

  private static long size(OnnxFile file) {
    return file.size() + file.external().stream().mapToLong(ExternalRange::length).sum();
  }
}
