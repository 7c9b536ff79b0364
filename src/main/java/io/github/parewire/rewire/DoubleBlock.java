package io.github.parewire.rewire;

import java.util.Arrays;

/** Some float64 rows or columns of a matrix. */
final class DoubleBlock implements Block {

  private final DoubleMatrix matrix;
  private final Side side;
  private final int length;
  private final double[] weights;
  private final double[] sorted;
  private int first;
  private int count;

  /**
   * Makes work space.
   *
   * @param length number of weights in a line
   * @param capacity number of lines
   */
  DoubleBlock(DoubleMatrix matrix, Side side, int length, int capacity) {
    this.matrix = matrix;
    this.side = side;
    this.length = length;
    weights = new double[Math.multiplyExact(capacity, length)];
    sorted = new double[weights.length];
  }

  @Override
  public void load(int newFirst, int newCount) {
    first = newFirst;
    count = newCount;
    switch (side) {
      case ROWS -> matrix.getRows(first, count, weights);
      case COLUMNS -> matrix.getColumns(first, count, weights);
    }
    System.arraycopy(weights, 0, sorted, 0, count * length);
    for (int line = 0; line < count; line++) {
      Arrays.sort(sorted, line * length, (line + 1) * length);
    }
  }

  @Override
  public void store() {
    switch (side) {
      case ROWS -> matrix.putRows(first, count, weights);
      case COLUMNS -> matrix.putColumns(first, count, weights);
    }
    count = 0;
  }

  @Override
  public int first() {
    return first;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public void place(int line, int[] order) {
    int at = line * length;
    for (int k = 0; k < length; k++) {
      weights[at + order[k]] = sorted[at + k];
    }
  }

  @Override
  public void addTo(double[] strength, int line) {
    int at = line * length;
    for (int i = 0; i < length; i++) {
      strength[i] += weights[at + i];
    }
  }
}
