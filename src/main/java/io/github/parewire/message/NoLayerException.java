package io.github.parewire.message;

import java.util.List;

/** A model in which nothing can be rewired. */
public final class NoLayerException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param found what was found
   * @param remedy where to look further
   */
  public NoLayerException(Message found, Message remedy) {
    super(found, List.of(remedy));
  }
}
