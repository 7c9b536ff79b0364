package io.github.parewire.message;

import java.util.List;

/** A request that can't be carried out as given. */
public final class UsageException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param problem what was expected and what was found
   * @param remedies what can be asked for instead, each by itself; may be none
   */
  public UsageException(Message problem, Message... remedies) {
    super(problem, List.of(remedies));
  }

  /**
   * Makes the exception.
   *
   * @param problem what was expected and what was found
   */
  public UsageException(String problem) {
    this(Message.of(problem));
  }

  /**
   * Makes the exception.
   *
   * @param problem what was expected and what was found
   * @param remedy what can be asked for instead
   */
  public UsageException(String problem, String remedy) {
    this(Message.of(problem), Message.of(remedy));
  }
}
