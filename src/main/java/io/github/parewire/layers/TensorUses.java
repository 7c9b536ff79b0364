package io.github.parewire.layers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The readers of one stored tensor, in the order in which they were met. */
final class TensorUses {

  private final Holder holder;
  private final List<TensorUse.Weight> asWeight = new ArrayList<>();
  private final Set<String> otherwise = new LinkedHashSet<>();

  TensorUses(Holder holder) {
    this.holder = holder;
  }

  void add(TensorUse use) {
    if (use instanceof TensorUse.Weight weight) {
      asWeight.add(weight);
    } else if (use instanceof TensorUse.Otherwise other) {
      otherwise.add(other.reason());
    }
  }

  Holder holder() {
    return holder;
  }

  /** The first operator that reads it as a weight. */
  Optional<TensorUse.Weight> firstWeight() {
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
    if (asWeight.stream().map(TensorUse.Weight::matrix).distinct().count() > 1) {
      return Optional.of("shared: its operators see different matrices");
    }
    return asWeight.stream().map(TensorUse.Weight::quantization).distinct().count() > 1
        ? Optional.of("shared: its operators scale it differently")
        : Optional.empty();
  }
}
