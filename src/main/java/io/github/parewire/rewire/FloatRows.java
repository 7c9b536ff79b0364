package io.github.parewire.rewire;

import org.bytedeco.javacpp.FloatPointer;

/** Rows of a contiguous float32 matrix. */
final class FloatRows implements MatrixRows {

  private final FloatPointer weights;
  private final long count;
  private final int columns;
  private final float[] row;
  private final float[] sorted;
  private final FloatSorter sorter;
  private long current;

  /**
   * Rows of [count, columns] weights, row-major from the pointer's position on.
   *
   * @param weights the matrix; positioned as rows are read and written
   */
  FloatRows(FloatPointer weights, long count, int columns) {
    this.weights = weights;
    this.count = count;
    this.columns = columns;
    row = new float[columns];
    sorted = new float[columns];
    sorter = new FloatSorter(columns);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public void load(long index) {
    current = index;
    weights.position(index * columns).get(row, 0, columns);
  }

  @Override
  public void addTo(double[] sums) {
    for (int i = 0; i < columns; i++) {
      sums[i] += row[i];
    }
  }

  @Override
  public void place(int[] order) {
    sorter.sort(row, sorted);
    for (int k = 0; k < columns; k++) {
      row[order[k]] = sorted[k];
    }
    weights.position(current * columns).put(row, 0, columns);
  }
}
