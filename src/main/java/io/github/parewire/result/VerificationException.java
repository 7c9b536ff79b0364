package io.github.parewire.result;

import io.github.parewire.message.Message;
import io.github.parewire.message.UserException;
import java.util.List;

/** An output that is not what it should be; nothing was published. */
public final class VerificationException extends UserException {
  private static final long serialVersionUID = 1L;

  private final transient Verification verification;

  /**
   * Makes the exception.
   *
   * @param verification one that did not pass
   */
  public VerificationException(Verification verification) {
    super(problem(verification), List.of());
    this.verification = verification;
  }

  private static Message problem(Verification verification) {
    Message problem = Message.of("verification failed, nothing was written: ");
    String separator = "";
    for (Proof proof : verification.failed()) {
      problem = Message.of(problem, separator, proof.line());
      separator = "; ";
    }
    return problem;
  }

  /** {@return what was found} */
  public Verification verification() {
    return verification;
  }
}
