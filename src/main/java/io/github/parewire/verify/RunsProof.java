package io.github.parewire.verify;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.Device;
import io.github.parewire.options.InputShapes;
import io.github.parewire.result.Proof;
import java.util.List;

/**
 * The proof that ONNX Runtime loads and runs the output wherever it does the input: with the same
 * random input, outputs have the same names, types and shapes, and are finite where the input's
 * were.
 *
 * <p>Where the input itself can't be loaded or run (custom operators, types that the CPU provider
 * lacks), the other proofs decide.
 */
final class RunsProof {

  private static final String NAME = Proof.RUNS;

  /** Bytes of a model and its data up to which it is run: a run holds all weights in memory. */
  private static final long LARGEST = 1L << 27;

  private RunsProof() {}

  static Proof prove(OnnxFile in, OnnxFile out, InputShapes shapes, Device device) {
    boolean run = size(in) <= LARGEST;
    TrialRun after = TrialRun.of(out.path(), shapes, run, device);
    if (!run && after instanceof TrialRun.Loaded) {
      return Proofs.holds(NAME, "loads in ONNX Runtime; too large to be run for a proof");
    }
    TrialRun before = TrialRun.of(in.path(), shapes, run, device);
    if (before instanceof TrialRun.Failed failed) {
      return Proofs.skipped(
          NAME, Message.of("the input does not load in ONNX Runtime: ", failed.why()));
    }
    if (after instanceof TrialRun.Failed failed) {
      return Proofs.failed(NAME, "the input loads in ONNX Runtime, the output: " + failed.why());
    }
    if (before instanceof TrialRun.Loaded loaded) {
      return Proofs.skipped(
          NAME,
          Message.of("both load, but the input does not run", hint(shapes), ": ", loaded.why()));
    }
    if (after instanceof TrialRun.Loaded loaded) {
      return Proofs.failed(NAME, "the input runs in ONNX Runtime, the output: " + loaded.why());
    }
    return compare(((TrialRun.Ran) before).outputs(), ((TrialRun.Ran) after).outputs(), device);
  }

  private static Message hint(InputShapes shapes) {
    return shapes.shapes().isEmpty()
        ? Message.of(
            " (free dimensions are 1 without ", Message.option(RunOption.INPUT_SHAPES), ")")
        : Message.of();
  }

  private static Proof compare(
      List<TrialRun.Output> before, List<TrialRun.Output> after, Device device) {
    if (before.size() != after.size()) {
      return Proofs.failed(NAME, before.size() + " outputs, then " + after.size());
    }
    for (int i = 0; i < before.size(); i++) {
      if (!fits(before.get(i), after.get(i))) {
        return Proofs.failed(
            NAME, "the input's output is " + before.get(i) + ", the new one " + after.get(i));
      }
    }
    return Proofs.holds(
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
    return file.size() + file.external().stream().mapToLong(ExternalData::length).sum();
  }
}
