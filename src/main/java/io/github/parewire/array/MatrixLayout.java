package io.github.parewire.array;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the elements of a matrix lie in memory: as rows without gaps between their elements. They
 * are the matrix's rows, or, if it lies turned, its columns. Element i of row r is at {@code offset
 * + r * stride + i}.
 *
 * @param offset elements before the first, from the start of the memory
 * @param rows number of rows in memory
 * @param columns number of columns in memory
 * @param stride elements from the start of a row to the start of the next
 * @param turned whether the rows in memory are the matrix's columns
 */
record MatrixLayout(long offset, int rows, int columns, int stride, boolean turned) {

  MatrixLayout {
    if (offset < 0 || rows < 1 || columns < 1 || stride < columns) {
      throw new IllegalArgumentException(
          "offset " + offset + ", " + rows + " x " + columns + ", stride " + stride);
    }
  }

  /** The layout of a matrix whose rows are rows in memory. */
  MatrixLayout(long offset, int rows, int columns, int stride) {
    this(offset, rows, columns, stride, false);
  }

  /** Whether an array's elements lie so. */
  static boolean fits(INDArray matrix) {
    return isRowMajor(matrix) || isColumnMajor(matrix);
  }

  /**
   * The layout of an array.
   *
   * @param matrix one that {@link #fits}
   */
  static MatrixLayout of(INDArray matrix) {
    return isRowMajor(matrix)
        ? new MatrixLayout(matrix.offset(), matrix.rows(), matrix.columns(), rowStride(matrix))
        : new MatrixLayout(
            matrix.offset(),
            /* rows= */ matrix.columns(),
            /* columns= */ matrix.rows(),
            columnStride(matrix),
            true);
  }

  private static boolean isRowMajor(INDArray matrix) {
    return (matrix.columns() == 1 || matrix.stride(1) == 1)
        && rowStride(matrix) >= matrix.columns();
  }

  private static boolean isColumnMajor(INDArray matrix) {
    return (matrix.rows() == 1 || matrix.stride(0) == 1) && columnStride(matrix) >= matrix.rows();
  }

  /** A single row's stride means nothing, and is not always the row's length. */
  private static int rowStride(INDArray matrix) {
    return matrix.rows() == 1 ? matrix.columns() : matrix.stride(0);
  }

  private static int columnStride(INDArray matrix) {
    return matrix.columns() == 1 ? matrix.rows() : matrix.stride(1);
  }

  /** Whether a row follows the one before without a gap. */
  boolean isDense() {
    return stride == columns;
  }

  /** What lines along an axis of the matrix are in memory. */
  LineAxis inMemory(LineAxis axis) {
    return turned ? axis.other() : axis;
  }

  /**
   * The number of an element in memory.
   *
   * @param number its number in the matrix, row by row
   */
  long inMemory(long number) {
    return turned ? number % rows * columns + number / rows : number;
  }

  /** Rows that one buffer of the JDK can hold. */
  int windowRows() {
    return Math.max(1, Math.min(rows, Integer.MAX_VALUE / stride));
  }

  /** Number of buffers needed. */
  int windows() {
    return (rows - 1) / windowRows() + 1;
  }

  /** Where a buffer begins, in elements from the start of the memory. */
  long windowStart(int window) {
    return offset + (long) window * windowRows() * stride;
  }

  /** Where a buffer ends, in elements from the start of the memory. */
  long windowEnd(int window) {
    long end = Math.min(rows, (long) (window + 1) * windowRows());
    return offset + (end - 1) * stride + columns;
  }
}
