package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Optional;

/** The proof that ONNX Runtime loads the output wherever it loads the input. */
final class Loads {

  private static final String NAME = "loads";

  private Loads() {}

  static Proof prove(Path in, Path out) {
    Optional<String> failure = failure(out);
    if (failure.isEmpty()) {
      return Proof.holds(NAME, "in ONNX Runtime");
    }
    // Custom operators, or types that the CPU provider lacks: the other proofs decide.
    return failure(in)
        .map(why -> Proof.skipped(NAME, "the input does not load in ONNX Runtime: " + why))
        .orElseGet(() -> Proof.failed(NAME, "the input does, the output: " + failure.get()));
  }

  private static Optional<String> failure(Path file) {
    try (OrtSession session = OrtRuntime.open(file)) {
      return Optional.empty();
    } catch (OrtException e) {
      return Optional.of(e.getMessage().replaceAll("\\s+", " ").strip());
    }
  }
}
