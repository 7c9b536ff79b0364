package io.github.parewire.rewire;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.UniformSource;
import io.github.parewire.parallel.IdleThread;
import io.github.parewire.parallel.WorkAhead;

/**
 * A stream's uniforms, generated ahead of their use: which numbers a row gets depends on the rows
 * before it, but the sequence does not.
 */
final class UniformsAhead implements UniformSource, AutoCloseable {

  /** Numbers generated at a time: few enough for the processor's first cache. */
  private static final int SIZE = 1 << 12;

  /** What some rows need, so that who helps comes for more than a moment. */
  private static final int MOST = 32;

  private final WorkAhead<long[]> ahead;
  private long[] current;
  private int used = SIZE;

  /**
   * Begins to generate.
   *
   * @param idleThread who may generate ahead
   * @param generator nobody else's from here on
   */
  UniformsAhead(IdleThread idleThread, Pcg64 generator) {
    ahead =
        new WorkAhead<>(
            idleThread,
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
