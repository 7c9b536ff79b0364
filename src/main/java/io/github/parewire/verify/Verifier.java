package io.github.parewire.verify;

import io.github.parewire.device.Device;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.parallel.ParallelTasks;
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
public final class Verifier {

  private Verifier() {}

  /** Starts ONNX Runtime if it is not yet running; takes a quarter of a second once. */
  public static void start() {
    OrtRuntime.environment();
  }

  /**
   * Starts ONNX Runtime with its CUDA provider.
   *
   * @throws io.github.parewire.device.UnsupportedDeviceException if it or a library that it needs
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
   * @param check how to compare weights
   * @param shapes of inputs with free dimensions, to run both files with
   * @param device where to run them; weights are decoded on the processor
   * @param threads the number of threads to use
   * @throws IOException if the file can't be read
   */
  public static Verification verify(
      OnnxFile in,
      Path out,
      List<StoredTensor> rewired,
      WeightCheck check,
      InputShapes shapes,
      Device device,
      int threads)
      throws IOException {
    try (OnnxFile written = OnnxFile.open(out, true)) {
      Verification verification =
          written.reading(() -> verify(in, written, rewired, check, shapes, device, threads));
      written.requireUnchanged();
      return verification;
    } catch (ModelException e) {
      return new Verification(List.of(Proof.failed(NothingElse.NAME, e.getMessage())));
    }
  }

  private static Verification verify(
      OnnxFile in,
      OnnxFile written,
      List<StoredTensor> rewired,
      WeightCheck check,
      InputShapes shapes,
      Device device,
      int threads)
      throws IOException {
    MessageDiff diff =
        MessageDiff.of(
            in.model(), written.model(), rewired.stream().map(StoredTensor::proto).toList());
    List<Callable<Proof>> proofs = new ArrayList<>();
    proofs.add(() -> NothingElse.prove(in, written, rewired, diff));
    proofs.add(() -> SameWeights.prove(written, rewired, diff, check, threads));
    proofs.add(() -> Runs.prove(in, written, shapes, device));
    return new Verification(ParallelTasks.run(threads, proofs));
  }
}
