package io.github.parewire.message;

import java.util.List;

/**
 * Something that the user can mend. What is wrong and what can be done are values, for whoever
 * reports it to put into words; {@link #getMessage} has them in the library's, on one line.
 */
public abstract class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Not sent anywhere with the exception, which has the text. */
  private final transient Message problem;

  private final transient List<Message> remedies;

  /**
   * Makes the exception.
   *
   * @param problem what was found, and what was expected
   * @param remedies what can be done, each by itself; may be empty
   */
  protected UserException(Message problem, List<Message> remedies) {
    super(join(problem, remedies).toString());
    this.problem = problem;
    this.remedies = List.copyOf(remedies);
  }

  /** {@return what is wrong} */
  public Message problem() {
    return problem;
  }

  /** {@return what can be done, each by itself; may be empty} */
  public List<Message> remedies() {
    return remedies;
  }

  /** {@return all of it as one sentence} */
  public Message message() {
    return join(problem, remedies);
  }

  private static Message join(Message problem, List<Message> remedies) {
    Message line = problem;
    for (int i = 0; i < remedies.size(); i++) {
      boolean isLast = i == remedies.size() - 1;
      line = Message.of(line, i == 0 ? "; " : isLast ? ", or " : ", ", remedies.get(i));
    }
    return line;
  }
}
