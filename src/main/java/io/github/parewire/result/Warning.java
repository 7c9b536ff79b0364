package io.github.parewire.result;

import io.github.parewire.message.Message;
import java.util.List;

/**
 * What a user should know of a run that did what it was told.
 *
 * @param kind what it is about
 * @param layers numbers of the layers that it is about
 * @param text one line
 */
public record Warning(Kind kind, List<Integer> layers, Message text) {

  /** The kinds of warnings. */
  public enum Kind {
    /** Weights do not look freshly initialized. */
    TRAINED,
    /** Weights are a fixed filter, or could be one. */
    FIXED_FILTER,
    /** A weight lies far out, among others that look freshly initialized. */
    OUTLIER,
    /** Weights are so small that rewiring hardly acts. */
    SMALL
  }

  /** Copies its arguments. */
  public Warning {
    layers = List.copyOf(layers);
  }
}
