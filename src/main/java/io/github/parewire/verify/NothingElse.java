package io.github.parewire.verify;

import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The proof that all fields of two files are equal but the elements of rewired tensors. */
final class NothingElse {

  static final String NAME = "nothing else changed";

  /** Differences named in a failure; more would hide them. */
  private static final int SHOWN = 3;

  private NothingElse() {}

  static Proof prove(OnnxFile in, OnnxFile written, List<StoredTensor> rewired, MessageDiff diff)
      throws IOException {
    List<String> differences = new ArrayList<>(diff.differences());
    differences.addAll(externalDifferences(in, written, rewired, diff));
    if (differences.isEmpty()) {
      return Proof.holds(NAME, "every field equal");
    }
    String shown = String.join(", ", differences.subList(0, Math.min(SHOWN, differences.size())));
    int more = differences.size() - SHOWN;
    return Proof.failed(NAME, shown + (more > 0 ? " and " + more + " more" : ""));
  }

  /** External data is elsewhere in the output, but must be the same bytes. */
  private static List<String> externalDifferences(
      OnnxFile in, OnnxFile written, List<StoredTensor> rewired, MessageDiff diff)
      throws IOException {
    Set<TensorProto> exempt = Collections.newSetFromMap(new IdentityHashMap<>());
    rewired.forEach(tensor -> exempt.add(tensor.proto()));
    List<String> differences = new ArrayList<>();
    for (ExternalRange range : in.external()) {
      if (!exempt.contains(range.tensor())) {
        ExternalRange counterpart =
            diff.counterpart(range.tensor()).flatMap(written::external).orElse(null);
        if (counterpart == null || !range.hasSameBytes(counterpart)) {
          differences.add("external data of '" + range.tensor().getName() + "' differs");
        }
      }
    }
    return differences;
  }
}
