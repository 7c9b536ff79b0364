package io.github.parewire.layers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The readers of one stored tensor, in the order in which they were met. */
final class TensorUses {

  private final NamedTensor tensor;
  private final List<WeightUse> asWeight = new ArrayList<>();
  private final Set<String> otherwise = new LinkedHashSet<>();
  private boolean isMatrix;

  TensorUses(NamedTensor tensor) {
    this.tensor = tensor;
  }

  /** Adds an operator that reads it as a weight. */
  void add(WeightUse use) {
    asWeight.add(use);
  }

  /** Adds anything else that reads it, in words for people. */
  void add(String reader) {
    otherwise.add(reader);
  }

  /** Notes that an operator sees it as a matrix, or would see it as a weight. */
  void setMatrix() {
    isMatrix = true;
  }

  /** Whether an operator sees it as a matrix, whatever its own shape and type. */
  boolean isMatrix() {
    return isMatrix;
  }

  NamedTensor tensor() {
    return tensor;
  }

  /** The first operator that reads it as a weight. */
  Optional<WeightUse> firstWeight() {
    return asWeight.stream().findFirst();
  }

  /** How it is read by anything else, for people. */
  Set<String> otherwise() {
    return otherwise;
  }

  /** Why it must not be rewired unless the user names it, if so. */
  Optional<String> obstacle() {
    if (!otherwise.isEmpty()) {
      return Optional.of("shared: also " + String.join(", ", otherwise));
    }
    if (asWeight.stream().map(WeightUse::matrices).distinct().count() > 1) {
      return Optional.of("shared: its operators see different matrices");
    }
    return asWeight.stream().map(WeightUse::quantization).distinct().count() > 1
        ? Optional.of("shared: its operators scale it differently")
        : Optional.empty();
  }
}
