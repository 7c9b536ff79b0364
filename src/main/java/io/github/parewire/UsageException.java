package io.github.parewire;

/** A request that can't be carried out as given; the message is one line for the user. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message one line that says what was expected and what was found
   */
  public UsageException(String message) {
    super(message);
  }
}
