package io.github.parewire.rewire;

import io.github.parewire.parallel.IdleThread;
import io.github.parewire.parallel.WorkAhead;
import java.util.function.IntFunction;

/**
 * The lines of one pass, in blocks, in order: a block given out is written back after the next one
 * is asked for. Where a thread is idle, it reads and sorts blocks and writes others while the
 * caller works on the one between.
 */
final class BlockPipeline implements AutoCloseable {

  /** Weights to hold on the heap at a time, where two blocks have fewer. */
  private static final int MOST_WEIGHTS = 1 << 18;

  private final int lines;
  private final int capacity;
  private final WorkAhead<Block<?>> ahead;

  /** Number of the line to read next. */
  private int next;

  /**
   * Begins to read.
   *
   * @param idleThread who may read and sort ahead
   * @param lines number of lines in the matrix
   * @param length number of weights in a line
   * @param capacity number of lines in a block
   * @param blocks makes work space for a number of lines
   */
  BlockPipeline(
      IdleThread idleThread, int lines, int length, int capacity, IntFunction<Block<?>> blocks) {
    this.lines = lines;
    this.capacity = capacity;
    int most = Math.max(2, MOST_WEIGHTS / Math.multiplyExact(capacity, length));
    ahead = new WorkAhead<>(idleThread, most, () -> blocks.apply(capacity), this::load);
  }

  private boolean load(Block<?> block) {
    block.store();
    if (next == lines) {
      return false;
    }
    int count = Math.min(capacity, lines - next);
    block.load(next, count);
    next += count;
    return true;
  }

  /** The next block, or null after the last, when all have been written back. */
  Block<?> next() {
    Block<?> block = ahead.next();
    if (block == null) {
      ahead.items().forEach(Block::store);
    }
    return block;
  }

  @Override
  public void close() {
    ahead.close();
  }
}
