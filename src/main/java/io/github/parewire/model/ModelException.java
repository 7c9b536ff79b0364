package io.github.parewire.model;

/**
 * A model that is invalid or unsafe to read. The message is one line for the user: what is wrong,
 * where, what was expected and found, and how to mend it.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the message {@code where: what (mend)}.
   *
   * @param where the file and, if known, the tensor or node
   * @param what what was found and what was expected
   * @param mend what the user can do, or an empty string
   */
  public ModelException(String where, String what, String mend) {
    super(where + ": " + what + (mend.isEmpty() ? "" : "; " + mend));
  }

  /** As the other constructor, keeping the cause for {@code -v}. */
  public ModelException(String where, String what, String mend, Throwable cause) {
    this(where, what, mend);
    initCause(cause);
  }
}
