package io.github.parewire.rewire;

/**
 * A stream's uniforms, generated ahead of their use: which numbers a row gets depends on the rows
 * before it, but the sequence does not.
 */
final class UniformsAhead implements UniformSource, AutoCloseable {

  private static final int SIZE = 1 << 14;

  private final Pcg64 generator;
  private final Ahead ahead = new Ahead();
  private long[] current = new long[SIZE];
  private long[] next = new long[SIZE];
  private int used = SIZE;

  /**
   * Begins to generate.
   *
   * @param generator nobody else's from here on
   */
  UniformsAhead(Pcg64 generator) {
    this.generator = generator;
    beginNext();
  }

  private void beginNext() {
    long[] target = next;
    ahead.begin(() -> generator.fill(target, SIZE));
  }

  @Override
  public void fill(long[] fractions, int count) {
    int filled = 0;
    while (filled < count) {
      if (used == SIZE) {
        ahead.await();
        long[] consumed = current;
        current = next;
        next = consumed;
        used = 0;
        beginNext();
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
