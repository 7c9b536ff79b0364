package io.github.parewire.message;

import java.util.ArrayList;
import java.util.List;

/** A device that failed at work, or had too little memory for it. */
public final class DeviceFailedException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param found what is wrong
   * @param remedies what else to do than to use the processor, each by itself; may be none
   */
  public DeviceFailedException(String found, Message... remedies) {
    super(Message.of(found), withProcessor(List.of(remedies)));
  }

  private static List<Message> withProcessor(List<Message> remedies) {
    List<Message> all = new ArrayList<>(remedies);
    all.add(Message.of("use ", Message.option(RunOption.DEVICE, "cpu")));
    return all;
  }

  /**
   * This exception with its cause, for a stack trace.
   *
   * @param cause what made it known
   * @return this exception
   */
  public DeviceFailedException because(Throwable cause) {
    initCause(cause);
    return this;
  }
}
