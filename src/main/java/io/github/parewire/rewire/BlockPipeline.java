package io.github.parewire.rewire;

import java.util.function.IntFunction;

/**
 * The lines of one pass, in blocks, in order: a block given out is written back when the next one
 * is asked for. Where a thread is idle, it reads and sorts one block and writes another while the
 * caller works on the one between.
 */
final class BlockPipeline implements AutoCloseable {

  private static final class Slot {
    final Block block;
    final Ahead ahead = new Ahead();

    Slot(Block block) {
      this.block = block;
    }
  }

  private final int lines;
  private final int capacity;
  private final Slot[] slots;

  /** Number of the block to give out next; -1 blocks have been given out at first. */
  private int next;

  /**
   * Begins to read.
   *
   * @param lines number of lines in the matrix
   * @param capacity number of lines in a block
   * @param blocks makes work space for a number of lines
   */
  BlockPipeline(int lines, int capacity, IntFunction<Block> blocks) {
    this.lines = lines;
    this.capacity = capacity;
    slots = new Slot[Ahead.isPossible() ? 2 : 1];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot(blocks.apply(capacity));
      beginLoad(slots[i], i);
    }
  }

  private int count() {
    return (lines - 1) / capacity + 1;
  }

  private void beginLoad(Slot slot, int number) {
    if (number < count()) {
      slot.ahead.begin(() -> load(slot.block, number));
    }
  }

  private void load(Block block, int number) {
    int first = number * capacity;
    block.load(first, Math.min(capacity, lines - first));
  }

  /** The next block, or null after the last, when all have been written back. */
  Block next() {
    if (next > 0) {
      recycle(next - 1);
    }
    if (next == count()) {
      for (Slot slot : slots) {
        slot.ahead.await();
      }
      return null;
    }
    Slot slot = slots[next++ % slots.length];
    slot.ahead.await();
    return slot.block;
  }

  /** Lets the work space of a block that is done serve a later one. */
  private void recycle(int done) {
    Slot slot = slots[done % slots.length];
    int number = done + slots.length;
    slot.ahead.begin(
        () -> {
          slot.block.store();
          if (number < count()) {
            load(slot.block, number);
          }
        });
  }

  @Override
  public void close() {
    for (Slot slot : slots) {
      slot.ahead.close();
    }
  }
}
