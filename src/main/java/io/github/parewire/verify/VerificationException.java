package io.github.parewire.verify;

import java.util.stream.Collectors;

/** An output that is not what it should be; nothing was published. */
public final class VerificationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param verification one that did not pass
   */
  public VerificationException(Verification verification) {
    super(
        "verification failed, nothing was written: "
            + verification.proofs().stream()
                .filter(proof -> proof.outcome() == Proof.Outcome.FAILED)
                .map(Proof::toString)
                .collect(Collectors.joining("; ")));
  }
}
