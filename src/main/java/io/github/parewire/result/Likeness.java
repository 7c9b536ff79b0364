package io.github.parewire.result;

import java.util.List;

/**
 * What the weights of a layer look like.
 *
 * @param kind in a word
 * @param initializers the common initializers that could have made them, the likeliest first; empty
 *     unless the kind is RANDOM
 * @param rewired whether strengths vary so much less than by chance that they were rewired
 * @param evidence what the judgement comes from, in words and numbers
 */
public record Likeness(
    Kind kind, List<String> initializers, boolean rewired, List<String> evidence) {

  /** The kinds of weights. */
  public enum Kind {
    /** Drawn independently from one distribution around 0: freshly initialized. */
    RANDOM,
    /** An orthogonal matrix, up to a factor. */
    ORTHOGONAL,
    /** All of one value. */
    CONSTANT,
    /** Surely no draws, but a constant of the network's design. */
    FIXED_FILTER,
    /** Perhaps the same: too few weights, or too weak a pattern, to be sure. */
    PERHAPS_FIXED_FILTER,
    /** Freshly initialized, but for one weight, or two of different signs, that lies far out. */
    OUTLIER,
    /** Not independent draws from a common distribution: trained, or changed otherwise. */
    TRAINED,
    /** Too few weights to tell. */
    UNCLEAR,
    /** Some weight is NaN or infinite. */
    NOT_FINITE
  }

  /** Copies its arguments. */
  public Likeness {
    initializers = List.copyOf(initializers);
    evidence = List.copyOf(evidence);
  }
}
