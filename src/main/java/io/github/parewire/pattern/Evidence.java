package io.github.parewire.pattern;

/**
 * What speaks against chance.
 *
 * @param bits how strongly: chance alone would show as much with a probability of at most {@code
 *     2^-bits}, whichever values the weights have
 * @param share which part of the weights takes part, 0 to 1
 * @param what what was seen, for people
 */
record Evidence(double bits, double share, String what) {

  static final Evidence NONE = new Evidence(0, 0, "");

  /** This, weaker by some bits, as it was chosen from others. */
  Evidence less(double choice) {
    return new Evidence(bits - choice, share, what);
  }

  /** What is so many times less likely than something else, in bits. */
  static double log2(double times) {
    return Math.log(times) / Math.log(2);
  }

  /** The stronger of two. */
  Evidence or(Evidence other) {
    return other.bits > bits ? other : this;
  }
}
