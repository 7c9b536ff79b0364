package io.github.parewire.rewire;

/**
 * The rows of a matrix as one pass over it needs them: one at a time, the current one in work space
 * on the heap. Not thread-safe.
 */
sealed interface MatrixRows permits FloatRows, DoubleRows {

  /** Number of rows. */
  long count();

  /** Number of columns. */
  int columns();

  /** Makes a row the current one. */
  void load(long row);

  /** Adds the current row to sums, column by column, in double. */
  void addTo(double[] sums);

  /**
   * Sorts the current row, puts its k-th smallest weight into column {@code order[k]}, stores it.
   */
  void place(int[] order);
}
