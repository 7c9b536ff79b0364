package io.github.parewire.rewire;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exchanges two neighbouring axes of an array, a block at a time: ND4J's {@code permute} and {@code
 * dup} take 8 to 16 ns for each element of a wide matrix.
 *
 * @param batches elements of the axes before, joined
 * @param rows length of the first axis to exchange
 * @param columns length of the second
 * @param run elements of the axes behind, joined, which stay together
 */
public record BlockedTranspose(long batches, int rows, int columns, int run) {

  /** Elements to hold on the heap at a time. */
  private static final int BLOCK = 1 << 16;

  /**
   * Copies [batches, rows, columns, run] to [batches, columns, rows, run].
   *
   * @param from contiguous, row-major, FLOAT or DOUBLE
   * @param to the same, of as many elements, apart from {@code from}
   */
  public void copy(INDArray from, INDArray to) {
    Pointer source = HostMemory.of(from);
    Pointer target = HostMemory.of(to);
    long size = (long) rows * columns * run;
    for (long batch = 0; batch < batches; batch++) {
      long sourceAt = from.offset() + batch * size;
      long targetAt = to.offset() + batch * size;
      if (from.dataType() == DataType.FLOAT) {
        copyFloats(new FloatPointer(source), sourceAt, new FloatPointer(target), targetAt);
      } else if (from.dataType() == DataType.DOUBLE) {
        copyDoubles(new DoublePointer(source), sourceAt, new DoublePointer(target), targetAt);
      } else {
        throw new IllegalArgumentException("expected FLOAT or DOUBLE, found " + from.dataType());
      }
    }
    HostMemory.written(to);
  }

  private void copyFloats(FloatPointer source, long sourceAt, FloatPointer target, long targetAt) {
    FloatMatrix to = new FloatMatrix(target, targetLayout(targetAt));
    float[] block = new float[blockColumns() * rows * run];
    if (run == 1) {
      FloatMatrix from = new FloatMatrix(source, sourceLayout(sourceAt));
      for (int first = 0; first < columns; first += blockColumns()) {
        int count = Math.min(blockColumns(), columns - first);
        from.getColumns(first, count, block);
        to.putRows(first, count, block);
      }
    } else {
      for (int column = 0; column < columns; column++) {
        new FloatMatrix(source, columnLayout(sourceAt, column)).getRows(0, rows, block);
        to.putRows(column, 1, block);
      }
    }
  }

  private void copyDoubles(
      DoublePointer source, long sourceAt, DoublePointer target, long targetAt) {
    DoubleMatrix to = new DoubleMatrix(target, targetLayout(targetAt));
    double[] block = new double[blockColumns() * rows * run];
    if (run == 1) {
      DoubleMatrix from = new DoubleMatrix(source, sourceLayout(sourceAt));
      for (int first = 0; first < columns; first += blockColumns()) {
        int count = Math.min(blockColumns(), columns - first);
        from.getColumns(first, count, block);
        to.putRows(first, count, block);
      }
    } else {
      for (int column = 0; column < columns; column++) {
        new DoubleMatrix(source, columnLayout(sourceAt, column)).getRows(0, rows, block);
        to.putRows(column, 1, block);
      }
    }
  }

  /** Whole cache lines of columns, unless that is too much for a tall array. */
  private int blockColumns() {
    return run > 1 ? 1 : Math.min(columns, Math.max(16, BLOCK / rows));
  }

  private MatrixLayout sourceLayout(long offset) {
    return new MatrixLayout(offset, rows, columns, columns);
  }

  private MatrixLayout targetLayout(long offset) {
    int length = Math.multiplyExact(rows, run);
    return new MatrixLayout(offset, columns, length, length);
  }

  /** The runs of one column as rows. */
  private MatrixLayout columnLayout(long offset, int column) {
    return new MatrixLayout(
        offset + (long) column * run, rows, run, Math.multiplyExact(columns, run));
  }
}
