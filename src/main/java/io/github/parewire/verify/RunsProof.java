package io.github.parewire.verify;

import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.RunDevice;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The proof that ONNX Runtime loads the output wherever it does the input, and that the same random
 * input gives outputs of the same names and types.
 *
 * <p>Weights in other places give other values, and whatever depends on values may differ with
 * them: a NaN or infinity after a Log, the size of what NonZero finds even if the model declares
 * the traced one, a TopK of more candidates than there are. Such is told, and fails nothing.
 *
 * <p>Where the input itself can't be loaded or run (custom operators, types that the CPU provider
 * lacks), the other proofs decide.
 */
final class RunsProof {

  private static final String NAME = Proof.RUNS;

  /** Bytes of a model and its data up to which it is run: a run holds all weights in memory. */
  private static final long LARGEST = 1L << 27;

  /** The same up to which input and output are run side by side, both in memory. */
  private static final long LARGEST_TWICE = 1L << 25;

  private RunsProof() {}

  /** Proves it. Called in a pool, it lets an idle thread run one of the two files. */
  static Proof prove(OnnxFile in, OnnxFile out, VerificationOptions options, RunDevice device)
      throws IOException {
    if (!options.run()) {
      return Proofs.skipped(NAME, Message.of("left out with ", Message.option(RunOption.RUN)));
    }
    if (hasEmptyFile(in) || hasEmptyFile(out)) {
      return Proofs.skipped(
          NAME,
          Message.of("ONNX Runtime can't map a data file of no bytes, which a model has here"));
    }
    boolean run = size(in) <= LARGEST;
    InputShapes shapes = options.inputShapes();
    List<FreeSizes> sizes =
        shapes.shapes().isEmpty() ? FreeSizes.of(in.model()) : List.of(FreeSizes.ONE);
    if (size(in) <= LARGEST_TWICE) {
      List<Callable<TrialRun>> both =
          List.of(
              () -> TrialRun.of(in.path(), shapes, sizes, device),
              () -> TrialRun.of(out.path(), shapes, sizes, device));
      List<TrialRun> trials = ParallelTasks.runParts(both);
      TrialRun before = trials.get(0);
      TrialRun after = trials.get(1);
      // Where other values make it run with other sizes, with those of the input.
      return conclude(
          before,
          before instanceof TrialRun.Ran ran && !hasRunWith(after, ran.sizes())
              ? TrialRun.of(out.path(), shapes, List.of(ran.sizes()), device)
              : after,
          device);
    }
    if (!run) {
      TrialRun after = TrialRun.loading(out, device);
      return after instanceof TrialRun.Loaded
          ? Proofs.holds(NAME, "loads in ONNX Runtime; too large to be run for a proof")
          : conclude(TrialRun.loading(in, device), after, device);
    }
    TrialRun before = TrialRun.of(in.path(), shapes, sizes, device);
    List<FreeSizes> same = before instanceof TrialRun.Ran ran ? List.of(ran.sizes()) : List.of();
    return conclude(before, TrialRun.of(out.path(), shapes, same, device), device);
  }

  private static boolean hasRunWith(TrialRun trial, FreeSizes sizes) {
    return trial instanceof TrialRun.Ran ran
        ? ran.sizes().equals(sizes)
        : !(trial instanceof TrialRun.Loaded);
  }

  private static Proof conclude(TrialRun before, TrialRun after, RunDevice device) {
    if (before instanceof TrialRun.Failed failed) {
      return Proofs.skipped(
          NAME, Message.of("the input does not load in ONNX Runtime: ", failed.why()));
    }
    if (after instanceof TrialRun.Failed failed && failed.isForMemory()) {
      return Proofs.skipped(
          NAME, Message.of("not enough memory to load the output: ", failed.why()));
    }
    if (after instanceof TrialRun.Failed failed) {
      return Proofs.failed(NAME, "the input loads in ONNX Runtime, the output: " + failed.why());
    }
    if (before instanceof TrialRun.Stopped stopped) {
      return Proofs.skipped(
          NAME, Message.of("both load; the input's run was stopped ", stopped.when()));
    }
    if (before instanceof TrialRun.Loaded loaded) {
      return Proofs.skipped(
          NAME,
          Message.of(
              "both load, but the input does not run with random input; its shapes can be given"
                  + " with ",
              Message.option(RunOption.INPUT_SHAPES),
              ": ",
              loaded.why()));
    }
    if (after instanceof TrialRun.Stopped stopped) {
      return Proofs.skipped(
          NAME,
          Message.of(
              "both load, and the input runs; the output's run was stopped ", stopped.when()));
    }
    if (after instanceof TrialRun.Loaded loaded) {
      return Proofs.skipped(
          NAME,
          Message.of(
              "both load, and the input runs; the output does not with this random input, which"
                  + " other values can explain: ",
              loaded.why()));
    }
    return compare(((TrialRun.Ran) before).outputs(), ((TrialRun.Ran) after).outputs(), device);
  }

  private static Proof compare(
      List<TrialRun.Output> before, List<TrialRun.Output> after, RunDevice device) {
    if (before.size() != after.size()) {
      return Proofs.failed(NAME, before.size() + " outputs, then " + after.size());
    }
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      TrialRun.Output old = before.get(i);
      TrialRun.Output made = after.get(i);
      if (!old.name().equals(made.name()) || !old.type().equals(made.type())) {
        return Proofs.failed(NAME, "the input's output is " + old + ", the new one " + made);
      }
      if (!old.equals(made)) {
        notes.add(difference(old, made));
      }
    }
    return Proofs.holds(
        NAME,
        (device == RunDevice.CUDA ? "in ONNX Runtime on the GPU, " : "in ONNX Runtime, ")
            + before.size()
            + (before.size() == 1 ? " output" : " outputs")
            + (notes.isEmpty()
                ? " of the same name, type and shape"
                : " of the same name and type; of other values come " + Proofs.some(notes)));
  }

  private static String difference(TrialRun.Output before, TrialRun.Output after) {
    String shapes =
        before.shape().equals(after.shape())
            ? ""
            : " " + after.shape() + " in place of " + before.shape();
    String finite =
        before.isFinite() == after.isFinite()
            ? ""
            : (after.isFinite() ? " without" : " with") + " NaN or infinity";
    return "'" + before.name() + "'" + shapes + finite;
  }

  /** ONNX Runtime ends the process for one. */
  private static boolean hasEmptyFile(OnnxFile file) throws IOException {
    for (ExternalData range : file.external()) {
      if (range.length() == 0 && Files.size(range.file()) == 0) {
        return true;
      }
    }
    return false;
  }

  private static long size(OnnxFile file) {
    return file.size() + file.external().stream().mapToLong(ExternalData::length).sum();
  }
}
