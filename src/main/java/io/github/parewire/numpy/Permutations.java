package io.github.parewire.numpy;

/**
 * Random orders, equal to those of numpy's {@code Generator.permutation} of an array.
 *
 * <p>numpy goes from the last place to the second and exchanges what is there with what is at a
 * random place up to it (Fisher and Yates). The place is a number of as few random bits as hold the
 * highest, drawn again if it is beyond it; bits come 32 at a time where these do ({@code
 * random_interval} in numpy's distributions.c).
 */
public final class Permutations {

  private static final long LOW_HALF = 0xffff_ffffL;

  private final Pcg64 generator;

  /** The upper half of a word of which the lower has been used; below 0 if there is none. */
  private long half = -1;

  /**
   * Draws from a generator.
   *
   * @param generator what numpy's generator has
   */
  public Permutations(Pcg64 generator) {
    this.generator = generator;
  }

  private Permutations(Permutations other) {
    generator = other.generator.copy();
    half = other.half;
  }

  /** {@return one that goes on from here by itself, to the same orders} */
  public Permutations copy() {
    return new Permutations(this);
  }

  /** Exchanges two elements. */
  @FunctionalInterface
  public interface Exchange {

    /**
     * Exchanges them.
     *
     * @param one number of the first
     * @param other number of the other one
     */
    void swap(long one, long other);
  }

  /**
   * Brings elements into a random order.
   *
   * @param count how many there are
   * @param elements exchanges two of them
   */
  public void shuffle(long count, Exchange elements) {
    for (long last = count - 1; last > 0; last--) {
      elements.swap(last, upTo(last));
    }
  }

  /** A number from 0 to one above 0. */
  private long upTo(long highest) {
    long mask = -1L >>> Long.numberOfLeadingZeros(highest);
    long number;
    do {
      number = mask & (highest <= LOW_HALF ? next32() : generator.nextLong());
    } while (number > highest);
    return number;
  }

  private long next32() {
    if (half >= 0) {
      long kept = half;
      half = -1;
      return kept;
    }
    long word = generator.nextLong();
    half = word >>> 32;
    return word & LOW_HALF;
  }
}
