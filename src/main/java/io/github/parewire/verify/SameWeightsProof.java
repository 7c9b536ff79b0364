package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.WeightCheck;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.Proof;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The proof that each rewired tensor holds the weights that it held, each as often. */
final class SameWeightsProof {

  private static final String NAME = Proof.SAME_WEIGHTS;

  private static final WeightComparison.Result UNEQUAL =
      new WeightComparison.Result(false, WeightStatistics.NONE);

  private SameWeightsProof() {}

  static Proof prove(
      OnnxFile written,
      List<StoredTensor> rewired,
      MessageDiff diff,
      WeightCheck check,
      int threads)
      throws IOException {
    if (check == WeightCheck.NONE) {
      return Proofs.skipped(
          NAME, Message.of("switched off with ", Message.option(RunOption.CHECK, "none")));
    }
    try (WeightComparison comparison = new WeightComparison(check == WeightCheck.SORT)) {
      List<Callable<WeightComparison.Result>> comparisons = new ArrayList<>();
      for (StoredTensor tensor : rewired) {
        Optional<TensorProto> counterpart =
            diff.counterpart(tensor.data().tensor())
                .filter(other -> isComparable(tensor.data().tensor(), other));
        comparisons.add(
            () ->
                counterpart.isEmpty()
                    ? UNEQUAL
                    : comparison.compare(
                        tensor, written.stored(counterpart.get(), tensor.name(), tensor.type())));
      }
      return conclude(rewired, ParallelTasks.run(threads, comparisons), comparison.method());
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not compare weights", e);
    }
  }

  private static boolean isComparable(TensorProto in, TensorProto out) {
    return in.getDataType() == out.getDataType() && in.getDimsList().equals(out.getDimsList());
  }

  private static Proof conclude(
      List<StoredTensor> rewired, List<WeightComparison.Result> results, String method) {
    List<String> unequal = new ArrayList<>();
    WeightStatistics total = WeightStatistics.NONE;
    for (int i = 0; i < rewired.size(); i++) {
      total = total.plus(results.get(i).statistics());
      if (!results.get(i).isEqual()) {
        unequal.add("'" + rewired.get(i).name() + "'");
      }
    }
    return unequal.isEmpty()
        ? Proofs.holds(NAME, "by " + method + "; " + total)
        : Proofs.failed(NAME, "other weights in " + String.join(", ", unequal));
  }
}
