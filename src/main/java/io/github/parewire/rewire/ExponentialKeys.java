package io.github.parewire.rewire;

/**
 * The keys by which the exponential sampler orders columns: E / p, with an independent standard
 * exponential E for each column.
 *
 * <p>Every kernel is to find the same order to the last bit. So a key is made of operations alone
 * that IEEE 754 rounds in one way (p is not divided by its sum, which would depend on the order of
 * additions and changes no order), E comes from {@link StrictMath}, and keys never tie: {@link
 * #FRACTION_BITS} bits of the fraction are compared, then the numbers of the columns. The bits left
 * out decide between two given columns with a probability below 2^-{@link #FRACTION_BITS}.
 */
public final class ExponentialKeys {

  /** Bits of a key's fraction that count, of 52: what leaves room for the column in 64 bits. */
  public static final int FRACTION_BITS = 22;

  /** Bits of a key, as a double, that count: exponent and fraction; the sign is 0. */
  public static final int BITS = 11 + FRACTION_BITS;

  /** Bits of a key, as a double, that do not count. */
  public static final int DROPPED_BITS = 52 - FRACTION_BITS;

  private static final double UNIT = 0x1.0p-53;

  private ExponentialKeys() {}

  /**
   * A standard exponential variate.
   *
   * @param fraction a uniform of [0, 1) times 2^53
   */
  public static double exponential(long fraction) {
    return -StrictMath.log1p(-fraction * UNIT);
  }

  /** What counts of E / p: a number of {@link #BITS} bits in the order of the keys. */
  public static long key(double exponential, double p) {
    return Double.doubleToRawLongBits(exponential / p) >>> DROPPED_BITS;
  }
}
