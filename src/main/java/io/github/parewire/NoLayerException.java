package io.github.parewire;

/** A model in which nothing can be rewired; the message is one line for the user. */
public final class NoLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message one line that says what was found
   */
  public NoLayerException(String message) {
    super(message);
  }
}
