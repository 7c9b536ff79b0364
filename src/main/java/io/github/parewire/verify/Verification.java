package io.github.parewire.verify;

import java.util.List;

/**
 * What was proven of an output.
 *
 * @param proofs each thing that was to be shown
 */
public record Verification(List<Proof> proofs) {

  /** Copies its argument. */
  public Verification {
    proofs = List.copyOf(proofs);
  }

  /** Whether the weights were compared; that can be switched off. */
  public boolean comparesWeights() {
    return proofs.stream()
        .anyMatch(
            proof ->
                proof.name().equals(SameWeights.NAME) && proof.outcome() != Proof.Outcome.SKIPPED);
  }

  /** Whether no proof failed. */
  public boolean passed() {
    return proofs.stream().noneMatch(proof -> proof.outcome() == Proof.Outcome.FAILED);
  }
}
