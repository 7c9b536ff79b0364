package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.parallel.ParallelTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The proof that each rewired tensor holds the weights that it held, each as often. */
final class SameWeights {

  static final String NAME = "same weights";

  private SameWeights() {}

  static Proof prove(
      OnnxFile written,
      List<StoredTensor> rewired,
      MessageDiff diff,
      WeightCheck check,
      int threads)
      throws IOException {
    if (check == WeightCheck.NONE) {
      return Proof.skipped(NAME, "switched off with --check none");
    }
    try (WeightComparison comparison =
        check == WeightCheck.SORT
            ? new WeightComparison.BySort()
            : new WeightComparison.ByFingerprint()) {
      List<Callable<Boolean>> comparisons = new ArrayList<>();
      for (StoredTensor tensor : rewired) {
        Optional<TensorProto> counterpart =
            diff.counterpart(tensor.proto())
                .filter(other -> other.getDataType() == tensor.proto().getDataType());
        comparisons.add(
            () ->
                counterpart.isPresent()
                    && comparison.areEqual(
                        tensor, written.stored(counterpart.get(), tensor.name(), tensor.type())));
      }
      List<Boolean> equal = ParallelTasks.run(threads, comparisons);
      List<String> unequal = new ArrayList<>();
      for (int i = 0; i < rewired.size(); i++) {
        if (!equal.get(i)) {
          unequal.add("'" + rewired.get(i).name() + "'");
        }
      }
      return unequal.isEmpty()
          ? Proof.holds(NAME, rewired.size() + " compared by " + comparison.method())
          : Proof.failed(NAME, "other weights in " + String.join(", ", unequal));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not compare weights", e);
    }
  }
}
