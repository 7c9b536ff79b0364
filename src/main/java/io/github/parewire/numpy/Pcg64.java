package io.github.parewire.numpy;

/**
 * The PCG XSL RR 128/64 generator, equal to numpy's {@code PCG64} bit for bit.
 *
 * <p>A 128-bit linear congruential generator whose state is folded to 64 bits and rotated (M. E.
 * O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
 * Number Generation", 2014). Not thread-safe.
 */
public final class Pcg64 implements UniformSource {

  private static final long MULTIPLIER_HIGH = 0x2360ed051fc65da4L;
  private static final long MULTIPLIER_LOW = 0x4385df649fccf645L;
  private static final double UNIT = 0x1.0p-53;

  private final long incrementHigh;
  private final long incrementLow;
  private long high;
  private long low;

  /**
   * Seeds the generator as numpy does with four words of a {@link SeedSequence}.
   *
   * @param stateHigh upper half of the initial state
   * @param stateLow lower half of the initial state
   * @param sequenceHigh upper half of the number that picks the increment
   * @param sequenceLow lower half of the number that picks the increment
   */
  Pcg64(long stateHigh, long stateLow, long sequenceHigh, long sequenceLow) {
    incrementHigh = (sequenceHigh << 1) | (sequenceLow >>> 63);
    incrementLow = (sequenceLow << 1) | 1;
    step();
    long sum = low + stateLow;
    high += stateHigh + carry(low, stateLow, sum);
    low = sum;
    step();
  }

  private Pcg64(Pcg64 other) {
    incrementHigh = other.incrementHigh;
    incrementLow = other.incrementLow;
    high = other.high;
    low = other.low;
  }

  /** {@return a generator that goes on from here by itself, to the same bits} */
  Pcg64 copy() {
    return new Pcg64(this);
  }

  /** Upper and lower half of the state, then of the increment: for who goes on elsewhere. */
  public long[] state() {
    return new long[] {high, low, incrementHigh, incrementLow};
  }

  /** The next 64 random bits. */
  public long nextLong() {
    step();
    return Long.rotateRight(high ^ low, (int) (high >>> 58));
  }

  /** The next double, uniform in [0, 1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * UNIT;
  }

  @Override
  public void fill(long[] fractions, int count) {
    // The state in local variables stays in registers.
    long h = high;
    long l = low;
    for (int i = 0; i < count; i++) {
      long product = l * MULTIPLIER_LOW;
      h = unsignedMultiplyHigh(l, MULTIPLIER_LOW) + h * MULTIPLIER_LOW + l * MULTIPLIER_HIGH;
      l = product + incrementLow;
      h += incrementHigh + carry(product, incrementLow, l);
      fractions[i] = Long.rotateRight(h ^ l, (int) (h >>> 58)) >>> 11;
    }
    high = h;
    low = l;
  }

  /** 1 if the sum of x and y overflowed as unsigned numbers, else 0; without a branch. */
  private static long carry(long x, long y, long sum) {
    return ((x & y) | ((x | y) & ~sum)) >>> 63;
  }

  private void step() {
    long productLow = low * MULTIPLIER_LOW;
    long productHigh =
        unsignedMultiplyHigh(low, MULTIPLIER_LOW) + high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH;
    low = productLow + incrementLow;
    high = productHigh + incrementHigh + carry(productLow, incrementLow, low);
  }

  /** {@code Math.unsignedMultiplyHigh} of JDK 18 and later. */
  private static long unsignedMultiplyHigh(long x, long y) {
    return Math.multiplyHigh(x, y) + ((x >> 63) & y) + ((y >> 63) & x);
  }
}
