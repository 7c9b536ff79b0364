package io.github.parewire.message;

import java.util.List;

/**
 * A model that is invalid or unsafe to read: what is wrong, where, what was expected and found, and
 * how to mend it.
 */
public final class ModelException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param where the file and, if known, the tensor or node
   * @param what what was found and what was expected
   * @param remedies what the user can do, each by itself; may be none
   */
  public ModelException(String where, String what, Message... remedies) {
    super(Message.of(where, ": ", what), List.of(remedies));
  }

  /**
   * Makes the exception.
   *
   * @param where the file and, if known, the tensor or node
   * @param what what was found and what was expected
   * @param remedy what the user can do
   */
  public ModelException(String where, String what, String remedy) {
    this(where, what, Message.of(remedy));
  }

  /**
   * This exception with its cause, for a stack trace.
   *
   * @param cause what made it known
   * @return this exception
   */
  public ModelException because(Throwable cause) {
    initCause(cause);
    return this;
  }
}
