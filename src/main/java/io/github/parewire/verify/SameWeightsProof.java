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
      List<Optional<WeightComparison.Pair>> pairs =
          rewired.stream().map(tensor -> pair(tensor, written, diff)).toList();
      List<WeightComparison.Result> results =
          ParallelTasks.run(threads, tasks(pairs, comparison)).stream()
              .flatMap(List::stream)
              .toList();
      return conclude(rewired, results, comparison.method());
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not compare weights", e);
    }
  }

  /** A tensor and its counterpart; empty if it has none that is comparable. */
  private static Optional<WeightComparison.Pair> pair(
      StoredTensor tensor, OnnxFile written, MessageDiff diff) {
    return diff.counterpart(tensor.data().tensor())
        .filter(other -> isComparable(tensor.data().tensor(), other))
        .map(other -> written.stored(other, tensor.name(), tensor.type()))
        .map(other -> new WeightComparison.Pair(tensor, other));
  }

  /** What compares the pairs: neighbours together where they are small. */
  private static List<Callable<List<WeightComparison.Result>>> tasks(
      List<Optional<WeightComparison.Pair>> pairs, WeightComparison comparison) {
    List<Callable<List<WeightComparison.Result>>> tasks = new ArrayList<>();
    List<WeightComparison.Pair> together = new ArrayList<>();
    double share = 0;
    for (Optional<WeightComparison.Pair> pair : pairs) {
      double more = pair.map(WeightComparison.Pair::share).orElse(Double.POSITIVE_INFINITY);
      if (share + more > 1 && !together.isEmpty()) {
        List<WeightComparison.Pair> full = List.copyOf(together);
        tasks.add(() -> comparison.compareTogether(full));
        together.clear();
        share = 0;
      }
      if (more <= 1) {
        together.add(pair.get());
        share += more;
      } else {
        tasks.add(
            () ->
                List.of(
                    pair.isEmpty()
                        ? UNEQUAL
                        : comparison.compare(pair.get().in(), pair.get().out())));
      }
    }
    if (!together.isEmpty()) {
      tasks.add(() -> comparison.compareTogether(together));
    }
    return tasks;
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
