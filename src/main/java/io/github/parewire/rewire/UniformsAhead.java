package io.github.parewire.rewire;

/**
 * A stream's uniforms, generated ahead of their use: which numbers a row gets depends on the rows
 * before it, but the sequence does not.
 */
final class UniformsAhead implements UniformSource, AutoCloseable {

  /** Numbers generated at a time: few enough for the processor's first cache. */
  private static final int SIZE = 1 << 12;

  /** What some rows need, so that who helps comes for more than a moment. */
  private static final int MOST = 32;

  private final Ahead<long[]> ahead;
  private long[] current;
  private int used = SIZE;

  /**
   * Begins to generate.
   *
   * @param helper who may generate ahead
   * @param generator nobody else's from here on
   */
  UniformsAhead(Helper helper, Pcg64 generator) {
    ahead =
        new Ahead<>(
            helper,
            MOST,
            () -> new long[SIZE],
            numbers -> {
              generator.fill(numbers, SIZE);
              return true;
            });
  }

  @Override
  public void fill(long[] fractions, int count) {
    int filled = 0;
    while (filled < count) {
      if (used == SIZE) {
        current = ahead.next();
        used = 0;
      }
      int part = Math.min(count - filled, SIZE - used);
      System.arraycopy(current, used, fractions, filled, part);
      used += part;
      filled += part;
    }
  }

  @Override
  public void close() {
    ahead.close();
  }
}
