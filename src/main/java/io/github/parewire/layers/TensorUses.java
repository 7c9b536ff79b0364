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

  /** Whether an operator reads it as a weight. */
  boolean areOfWeight() {
    return !asWeight.isEmpty();
  }

  /**
   * How it is a weight: as the first operator that reads it so sees it, or, if operators read parts
   * of it, as all of these.
   *
   * @return empty if no operator reads it as a weight
   * @throws UnclearViewException if the parts can't be put together
   */
  Optional<WeightUse> weight() {
    return Parts.areIn(asWeight)
        ? Optional.of(Parts.together(asWeight))
        : asWeight.stream().findFirst();
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
    if (!Parts.areIn(asWeight) && asWeight.stream().map(TensorUses::shown).distinct().count() > 1) {
      return Optional.of("shared: its operators see different matrices");
    }
    if (asWeight.stream().map(WeightUse::quantization).distinct().count() > 1) {
      return Optional.of("shared: its operators scale it differently");
    }
    return asWeight.stream().map(WeightUse::doubt).flatMap(Optional::stream).findFirst();
  }

  /** What an operator sees, equal for those that see the same. */
  private static Object shown(WeightUse use) {
    TensorView view = use.matrices().view();
    return ElementOrder.of(view).<Object>map(order -> order).orElse(view);
  }
}
