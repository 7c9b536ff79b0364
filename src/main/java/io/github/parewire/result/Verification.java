package io.github.parewire.result;

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

  /** {@return whether the weights were compared; that can be switched off} */
  public boolean comparesWeights() {
    return proofs.stream()
        .anyMatch(
            proof ->
                proof.name().equals(Proof.SAME_WEIGHTS)
                    && proof.outcome() != Proof.Outcome.SKIPPED);
  }

  /** {@return whether no proof failed} */
  public boolean passed() {
    return failed().isEmpty();
  }

  /** {@return the proofs that failed} */
  public List<Proof> failed() {
    return proofs.stream().filter(proof -> proof.outcome() == Proof.Outcome.FAILED).toList();
  }
}
