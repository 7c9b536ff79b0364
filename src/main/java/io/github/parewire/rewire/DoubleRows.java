package io.github.parewire.rewire;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;

/** Rows of a contiguous float64 matrix. */
final class DoubleRows implements MatrixRows {

  private final DoublePointer weights;
  private final long count;
  private final int columns;
  private final double[] row;
  private final double[] sorted;
  private long current;

  /**
   * Rows of [count, columns] weights, row-major from the pointer's position on.
   *
   * @param weights the matrix; positioned as rows are read and written
   */
  DoubleRows(DoublePointer weights, long count, int columns) {
    this.weights = weights;
    this.count = count;
    this.columns = columns;
    row = new double[columns];
    sorted = new double[columns];
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
    System.arraycopy(row, 0, sorted, 0, columns);
    Arrays.sort(sorted);
    for (int k = 0; k < columns; k++) {
      row[order[k]] = sorted[k];
    }
    weights.position(current * columns).put(row, 0, columns);
  }
}
