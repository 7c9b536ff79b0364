package io.github.parewire.array;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the elements of a row-major matrix lie: element [r, c] at {@code offset + r * stride + c}.
 *
 * @param offset elements before the first, from the start of the memory
 * @param rows number of rows
 * @param columns number of columns
 * @param stride elements from the start of a row to the start of the next
 */
record MatrixLayout(long offset, int rows, int columns, int stride) {

  MatrixLayout {
    if (offset < 0 || rows < 1 || columns < 1 || stride < columns) {
      throw new IllegalArgumentException(
          "offset " + offset + ", " + rows + " x " + columns + ", stride " + stride);
    }
  }

  /** Whether an array's elements lie so. */
  static boolean fits(INDArray matrix) {
    return (matrix.columns() == 1 || matrix.stride(1) == 1)
        && rowStride(matrix) >= matrix.columns();
  }

  /**
   * The layout of an array.
   *
   * @param matrix one that {@link #fits}
   */
  static MatrixLayout of(INDArray matrix) {
    return new MatrixLayout(matrix.offset(), matrix.rows(), matrix.columns(), rowStride(matrix));
  }

  /** A single row's stride means nothing, and is not always the row's length. */
  private static int rowStride(INDArray matrix) {
    return matrix.rows() == 1 ? matrix.columns() : matrix.stride(0);
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
