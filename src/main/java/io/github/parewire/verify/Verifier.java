package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Proves of a written file that it is its input with rewired weights, by reading it again:
 *
 * <ul>
 *   <li>nothing else: every field of the two messages is equal but the rewired elements,
 *   <li>same weights: ONNX Runtime decodes each rewired tensor of both files and finds the same
 *       multiset of bit patterns,
 *   <li>loads: ONNX Runtime loads the file wherever it loads the input.
 * </ul>
 */
public final class Verifier {

  private static final String NOTHING_ELSE = "nothing else changed";
  private static final String SAME_WEIGHTS = "same weights";
  private static final String LOADS = "loads";
  private static final int SHOWN = 3;

  private Verifier() {}

  /**
   * Verifies a file.
   *
   * @param in the input
   * @param out the written file
   * @param rewired the tensors of the input whose elements may be in another order
   * @param check how to compare weights
   * @param threads the number of threads to use
   * @throws IOException if the file can't be read
   */
  public static Verification verify(
      OnnxFile in, Path out, List<StoredTensor> rewired, WeightCheck check, int threads)
      throws IOException {
    try (OnnxFile written = OnnxFile.open(out, true)) {
      return verify(in, written, rewired, check, threads);
    } catch (ModelException e) {
      return new Verification(List.of(Proof.failed(NOTHING_ELSE, e.getMessage())));
    }
  }

  private static Verification verify(
      OnnxFile in, OnnxFile written, List<StoredTensor> rewired, WeightCheck check, int threads)
      throws IOException {
    List<TensorProto> exempt = rewired.stream().map(StoredTensor::proto).toList();
    MessageDiff diff = MessageDiff.of(in.model(), written.model(), exempt);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Future<Proof> loads = executor.submit(() -> loads(in.path(), written.path()));
      Proof sameWeights = sameWeights(rewired, written, diff, check, executor);
      return new Verification(
          List.of(nothingElse(in, written, exempt, diff), sameWeights, get(loads)));
    } finally {
      executor.shutdownNow();
    }
  }

  private static Proof nothingElse(
      OnnxFile in, OnnxFile written, List<TensorProto> rewired, MessageDiff diff)
      throws IOException {
    List<String> differences = new ArrayList<>(diff.differences());
    Set<TensorProto> exempt = Collections.newSetFromMap(new IdentityHashMap<>());
    exempt.addAll(rewired);
    for (ExternalRange range : in.external()) {
      Optional<ExternalRange> counterpart =
          diff.counterpart(range.tensor()).flatMap(written::external);
      if (!exempt.contains(range.tensor())
          && !(counterpart.isPresent() && range.hasSameBytes(counterpart.get()))) {
        differences.add("external data of '" + range.tensor().getName() + "' differs");
      }
    }
    if (differences.isEmpty()) {
      return Proof.holds(NOTHING_ELSE, "every field equal");
    }
    String shown = String.join(", ", differences.subList(0, Math.min(SHOWN, differences.size())));
    int more = differences.size() - SHOWN;
    return Proof.failed(NOTHING_ELSE, shown + (more > 0 ? " and " + more + " more" : ""));
  }

  private static Proof sameWeights(
      List<StoredTensor> rewired,
      OnnxFile written,
      MessageDiff diff,
      WeightCheck check,
      ExecutorService executor)
      throws IOException {
    if (check == WeightCheck.NONE) {
      return Proof.skipped(SAME_WEIGHTS, "switched off with --check none");
    }
    try (WeightComparison comparison =
        check == WeightCheck.SORT
            ? new WeightComparison.BySort()
            : new WeightComparison.ByFingerprint()) {
      List<Future<Boolean>> equal = new ArrayList<>();
      for (StoredTensor tensor : rewired) {
        Optional<TensorProto> counterpart = diff.counterpart(tensor.proto());
        equal.add(
            executor.submit(
                () ->
                    counterpart.isPresent()
                        && comparison.areEqual(
                            tensor,
                            written.stored(counterpart.get(), tensor.name(), tensor.type()))));
      }
      List<String> unequal = new ArrayList<>();
      for (int i = 0; i < rewired.size(); i++) {
        if (!get(equal.get(i))) {
          unequal.add("'" + rewired.get(i).name() + "'");
        }
      }
      return unequal.isEmpty()
          ? Proof.holds(SAME_WEIGHTS, rewired.size() + " tensors equal by " + comparison.method())
          : Proof.failed(SAME_WEIGHTS, "other weights in " + String.join(", ", unequal));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not compare weights", e);
    }
  }

  private static Proof loads(Path in, Path out) {
    Optional<String> failure = loadFailure(out);
    if (failure.isEmpty()) {
      return Proof.holds(LOADS, "in ONNX Runtime");
    }
    return loadFailure(in)
        .map(why -> Proof.skipped(LOADS, "the input does not load in ONNX Runtime: " + why))
        .orElseGet(() -> Proof.failed(LOADS, "the input does, the output: " + failure.get()));
  }

  private static Optional<String> loadFailure(Path file) {
    try (OrtSession session = OrtRuntime.open(file)) {
      return Optional.empty();
    } catch (OrtException e) {
      return Optional.of(e.getMessage().replaceAll("\\s+", " ").strip());
    }
  }

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
