package io.github.parewire.result;

/**
 * A pattern in a layer's weights that independent draws hardly ever show.
 *
 * @param strength how much it says
 * @param what the pattern, in words
 */
public record FixedPattern(Strength strength, String what) {

  /** How much a pattern says. */
  public enum Strength {
    /** Chance is out of the question: the layer is left unless it is named. */
    SURE,
    /** Chance could do it, as the weights are few or the pattern is weak. */
    DOUBTFUL,
    /** Only a small part of the weights takes part, which may be what training left. */
    FAINT
  }
}
