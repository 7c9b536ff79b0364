package io.github.parewire.rewire;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The lines of a matrix, its rows or its columns, as doubles on the heap. Not thread-safe: it keeps
 * work space.
 */
final class MatrixLines {

  /** Copies {@code count} lines from {@code first} on, one after the other, there or back. */
  private interface Copy {
    void run(int first, int count, double[] weights);
  }

  private final INDArray array;
  private final int count;
  private final int length;
  private final Copy read;
  private final Copy write;
  private float[] narrow = {};

  /**
   * A view of an array.
   *
   * @param array a row-major matrix, FLOAT or DOUBLE
   */
  MatrixLines(INDArray array, Side side) {
    this.array = array;
    MatrixLayout layout = MatrixLayout.of(array);
    count = side == Side.ROWS ? layout.rows() : layout.columns();
    length = side == Side.ROWS ? layout.columns() : layout.rows();
    if (array.dataType() == DataType.FLOAT) {
      FloatMatrix matrix = new FloatMatrix(new FloatPointer(HostMemory.of(array)), layout);
      read = (first, lines, weights) -> read(matrix, side, first, lines, weights);
      write = (first, lines, weights) -> write(matrix, side, first, lines, weights);
    } else if (array.dataType() == DataType.DOUBLE) {
      DoubleMatrix matrix = new DoubleMatrix(new DoublePointer(HostMemory.of(array)), layout);
      read = side == Side.ROWS ? matrix::getRows : matrix::getColumns;
      write = side == Side.ROWS ? matrix::putRows : matrix::putColumns;
    } else {
      throw new IllegalArgumentException("expected FLOAT or DOUBLE, found " + array.dataType());
    }
  }

  private void read(FloatMatrix matrix, Side side, int first, int lines, double[] weights) {
    int size = lines * length;
    if (narrow.length < size) {
      narrow = new float[size];
    }
    switch (side) {
      case ROWS -> matrix.getRows(first, lines, narrow);
      case COLUMNS -> matrix.getColumns(first, lines, narrow);
    }
    for (int i = 0; i < size; i++) {
      weights[i] = narrow[i];
    }
  }

  private static void write(FloatMatrix matrix, Side side, int first, int lines, double[] weights) {
    float[] rounded = new float[weights.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) weights[i];
    }
    switch (side) {
      case ROWS -> matrix.putRows(first, lines, rounded);
      case COLUMNS -> matrix.putColumns(first, lines, rounded);
    }
  }

  /** Number of lines. */
  int count() {
    return count;
  }

  /** Number of weights in a line. */
  int length() {
    return length;
  }

  /** The weights of lines {@code first .. first + lines - 1}, one after the other. */
  double[] get(int first, int lines) {
    double[] weights = new double[Math.multiplyExact(lines, length)];
    get(first, lines, weights);
    return weights;
  }

  /** Copies the weights of lines {@code first .. first + lines - 1} to an array's start. */
  void get(int first, int lines, double[] into) {
    read.run(first, lines, into);
  }

  /** The way of {@link #get(int, int)} back. */
  void put(int first, int lines, double[] weights) {
    write.run(first, lines, weights);
    HostMemory.written(array);
  }
}
