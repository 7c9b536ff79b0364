package io.github.parewire.verify;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.RunDevice;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.Proof;
import io.github.parewire.result.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Proves of a written file that it is its input with rewired weights, by reading it again:
 *
 * <ul>
 *   <li>nothing else: every field of the two messages is equal but the rewired elements,
 *   <li>same weights: ONNX Runtime decodes each rewired tensor of both files and finds the same
 *       multiset of bit patterns,
 *   <li>runs: ONNX Runtime loads and runs the file wherever it does the input.
 * </ul>
 */
public final class FileProofs {

  private final VerificationOptions verification;
  private final RunDevice device;
  private final int threads;

  /**
   * Prepares proofs.
   *
   * @param options how to compare weights, which inputs to run both files with, where to run them
   *     (weights are decoded on the processor), and the number of threads
   */
  public FileProofs(RewireOptions options) {
    verification = options.verification();
    device = options.runDevice();
    threads = options.execution().threads();
  }

  /** Starts ONNX Runtime if it is not yet running; takes a quarter of a second once. */
  public static void start() {
    OrtRuntime.environment();
  }

  /**
   * Starts ONNX Runtime with its CUDA provider.
   *
   * @throws io.github.parewire.message.UnsupportedDeviceException if it or a library that it needs
   *     is missing
   */
  public static void requireCuda() {
    OrtRuntime.requireCuda();
  }

  /**
   * Verifies a file.
   *
   * @param in the input
   * @param out the written file
   * @param rewired the tensors of the input whose elements may be in another order
   * @throws IOException if the file can't be read
   */
  public Verification prove(OnnxFile in, Path out, List<StoredTensor> rewired) throws IOException {
    try {
      return OnnxFile.read(out, true, written -> prove(in, written, rewired));
    } catch (ModelException e) {
      return new Verification(List.of(Proofs.failed(Proof.NOTHING_ELSE, e.message())));
    }
  }

  private Verification prove(OnnxFile in, OnnxFile written, List<StoredTensor> rewired)
      throws IOException {
    MessageDiff diff =
        MessageDiff.of(
            in.model(),
            written.model(),
            rewired.stream().map(tensor -> tensor.data().tensor()).toList());
    List<Callable<Proof>> proofs = new ArrayList<>();
    proofs.add(() -> NothingElseProof.prove(in, written, rewired, diff));
    proofs.add(() -> SameWeightsProof.prove(written, rewired, diff, verification.check(), threads));
    proofs.add(() -> RunsProof.prove(in, written, verification, device));
    return new Verification(ParallelTasks.run(threads, proofs));
  }
}
