package io.github.parewire.rewire;

/** Some float32 rows or columns of a matrix. */
final class FloatBlock implements Block {

  private final FloatMatrix matrix;
  private final Side side;
  private final int length;
  private final float[] weights;
  private final float[] sorted;
  private final FloatSorter sorter;
  private int first;
  private int count;

  /**
   * Makes work space.
   *
   * @param length number of weights in a line
   * @param capacity number of lines
   */
  FloatBlock(FloatMatrix matrix, Side side, int length, int capacity) {
    this.matrix = matrix;
    this.side = side;
    this.length = length;
    weights = new float[Math.multiplyExact(capacity, length)];
    sorted = new float[weights.length];
    sorter = new FloatSorter(length);
  }

  @Override
  public void load(int newFirst, int newCount) {
    first = newFirst;
    count = newCount;
    switch (side) {
      case ROWS -> matrix.getRows(first, count, weights);
      case COLUMNS -> matrix.getColumns(first, count, weights);
    }
    for (int line = 0; line < count; line++) {
      sorter.sort(weights, sorted, line * length);
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
