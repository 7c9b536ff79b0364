package io.github.parewire.array;

/**
 * A matrix in native memory, whose rows and columns go to arrays on the heap and back. Both element
 * types do it alike; only the innermost loops are theirs, as Java has no type that stands for float
 * and double.
 *
 * @param <A> float[] or double[]
 */
public abstract sealed class NativeMatrix<A> permits FloatMatrix, DoubleMatrix {

  /** Bytes of a cache line. */
  private static final int CACHE_LINE = 64;

  private final MatrixLayout layout;
  private final int windowRows;

  /** Whether a weight's number is its place in the only window. */
  private final boolean isOneStretch;

  /** Rows whose pieces are transposed together, so that a column gets a cache line at a time. */
  private final int tileRows;

  NativeMatrix(MatrixLayout layout, int elementBytes) {
    this.layout = layout;
    windowRows = layout.windowRows();
    isOneStretch = layout.windows() == 1 && layout.isDense() && !layout.turned();
    tileRows = CACHE_LINE / elementBytes;
  }

  /** Makes an array for a number of weights. */
  public abstract A newArray(int length);

  /**
   * Adds a line's weights to sums, place by place.
   *
   * @param sums as many as the line has weights
   * @param lines the line, and what is beside it
   * @param start where it begins
   */
  public abstract void addTo(double[] sums, A lines, int start);

  /** Copies elements of a window of rows to an array. */
  abstract void get(int window, int at, A into, int start, int count);

  /** The way of {@link #get(int, int, Object, int, int)} back. */
  abstract void put(int window, int at, A from, int start, int count);

  /** Exchanges two elements. */
  abstract void swap(int window, int at, int otherWindow, int otherAt);

  /**
   * Copies pieces of rows to where their columns are.
   *
   * @param tile [height, count]
   * @param columns [count, rows], of which {@code tile} is the part from row {@code top} on
   */
  abstract void tileToColumns(A tile, int height, int count, A columns, int rows, int top);

  /** The way of {@link #tileToColumns} back. */
  abstract void columnsToTile(A columns, int rows, int top, A tile, int height, int count);

  /**
   * Exchanges two weights.
   *
   * @param one number of the first, in rows from left to right
   * @param other number of the other one
   */
  public final void swap(long one, long other) {
    if (isOneStretch) {
      swap(0, (int) one, 0, (int) other);
      return;
    }
    long place = layout.inMemory(one);
    long otherPlace = layout.inMemory(other);
    int row = (int) (place / layout.columns());
    int otherRow = (int) (otherPlace / layout.columns());
    swap(
        row / windowRows,
        start(row) + (int) (place % layout.columns()),
        otherRow / windowRows,
        start(otherRow) + (int) (otherPlace % layout.columns()));
  }

  /**
   * Copies neighbouring lines, one after the other.
   *
   * @param axis whether they are rows or columns
   * @param first number of the first line
   * @param count how many
   * @param into gets them from its start on
   */
  public final void get(LineAxis axis, int first, int count, A into) {
    switch (layout.inMemory(axis)) {
      case ROWS -> getRows(first, count, into);
      case COLUMNS -> getColumns(first, count, into);
    }
  }

  /** The way of {@link #get(LineAxis, int, int, Object)} back. */
  public final void put(LineAxis axis, int first, int count, A from) {
    switch (layout.inMemory(axis)) {
      case ROWS -> putRows(first, count, from);
      case COLUMNS -> putColumns(first, count, from);
    }
  }

  private void getRows(int first, int count, A into) {
    int columns = layout.columns();
    for (int i = 0; i < count; i++) {
      int row = first + i;
      get(row / windowRows, start(row), into, i * columns, columns);
    }
  }

  private void putRows(int first, int count, A from) {
    int columns = layout.columns();
    for (int i = 0; i < count; i++) {
      int row = first + i;
      put(row / windowRows, start(row), from, i * columns, columns);
    }
  }

  private void getColumns(int first, int count, A into) {
    int rows = layout.rows();
    A tile = newArray(tileRows * count);
    for (int top = 0; top < rows; top += tileRows) {
      int height = Math.min(tileRows, rows - top);
      for (int i = 0; i < height; i++) {
        int row = top + i;
        get(row / windowRows, start(row) + first, tile, i * count, count);
      }
      tileToColumns(tile, height, count, into, rows, top);
    }
  }

  private void putColumns(int first, int count, A from) {
    int rows = layout.rows();
    A tile = newArray(tileRows * count);
    for (int top = 0; top < rows; top += tileRows) {
      int height = Math.min(tileRows, rows - top);
      columnsToTile(from, rows, top, tile, height, count);
      for (int i = 0; i < height; i++) {
        int row = top + i;
        put(row / windowRows, start(row) + first, tile, i * count, count);
      }
    }
  }

  private int start(int row) {
    return row % windowRows * layout.stride();
  }
}
