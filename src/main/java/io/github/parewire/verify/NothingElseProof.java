package io.github.parewire.verify;

import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.Proof;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The proof that all fields of two files are equal but the elements of rewired tensors. */
final class NothingElseProof {

  private static final String NAME = Proof.NOTHING_ELSE;

  private NothingElseProof() {}

  static Proof prove(OnnxFile in, OnnxFile written, List<StoredTensor> rewired, MessageDiff diff)
      throws IOException {
    List<String> differences = new ArrayList<>(diff.differences());
    differences.addAll(externalDifferences(in, written, rewired, diff));
    return differences.isEmpty()
        ? Proofs.holds(NAME, "every field equal")
        : Proofs.failed(NAME, Proofs.some(differences));
  }

  /** What is in the output's data file must be the same bytes, wherever the input has them. */
  private static List<String> externalDifferences(
      OnnxFile in, OnnxFile written, List<StoredTensor> rewired, MessageDiff diff)
      throws IOException {
    Set<TensorProto> exempt = Collections.newSetFromMap(new IdentityHashMap<>());
    rewired.forEach(tensor -> exempt.add(tensor.data().tensor()));
    List<String> differences = new ArrayList<>();
    for (TensorProto tensor : in.tensors()) {
      Optional<ExternalData> moved = diff.counterpart(tensor).flatMap(written::external);
      if (moved.isPresent() && !exempt.contains(tensor)) {
        Optional<TensorData> before = in.data(tensor);
        if (before.isEmpty() || !before.get().hasSameBytes(moved.get())) {
          differences.add("external data of '" + tensor.getName() + "' differs");
        }
      }
    }
    return differences;
  }
}
