package io.github.parewire.rewire;

/**
 * Neighbouring lines of a matrix, all rows or all columns, in work space on the heap. Not
 * thread-safe.
 */
sealed interface Block permits FloatBlock, DoubleBlock {

  /**
   * Reads lines and sorts their weights on the side, which needs nothing of the lines before.
   *
   * @param first number of the first line
   * @param count how many, at most the block's capacity
   */
  void load(int first, int count);

  /** Writes the lines that were read back to where they came from, once. */
  void store();

  /** Number of the first line. */
  int first();

  /** How many lines there are. */
  int count();

  /** Puts a line's k-th smallest weight into place {@code order[k]} of it; once for each load. */
  void place(int line, int[] order);

  /** Adds a line to sums, place by place, in double. */
  void addTo(double[] strength, int line);
}
