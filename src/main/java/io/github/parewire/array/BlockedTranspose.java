package io.github.parewire.array;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
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
record BlockedTranspose(long batches, int rows, int columns, int run) {

  /** Elements to hold on the heap at a time. */
  private static final int BLOCK = 1 << 16;

  /** Some memory as a matrix. */
  private interface Memory<A> {
    NativeMatrix<A> matrix(MatrixLayout layout);
  }

  /**
   * Copies [batches, rows, columns, run] to [batches, columns, rows, run].
   *
   * @param from contiguous, row-major, FLOAT or DOUBLE
   * @param to the same, of as many elements, apart from {@code from}
   */
  void copy(INDArray from, INDArray to) {
    if (from.dataType() == DataType.FLOAT) {
      FloatPointer source = new FloatPointer(HostMemory.of(from));
      FloatPointer target = new FloatPointer(HostMemory.of(to));
      copy(
          layout -> new FloatMatrix(source, layout),
          from.offset(),
          layout -> new FloatMatrix(target, layout),
          to.offset());
    } else if (from.dataType() == DataType.DOUBLE) {
      DoublePointer source = new DoublePointer(HostMemory.of(from));
      DoublePointer target = new DoublePointer(HostMemory.of(to));
      copy(
          layout -> new DoubleMatrix(source, layout),
          from.offset(),
          layout -> new DoubleMatrix(target, layout),
          to.offset());
    } else {
      throw new IllegalArgumentException("expected FLOAT or DOUBLE, found " + from.dataType());
    }
    HostMemory.written(to);
  }

  private <A> void copy(Memory<A> source, long sourceAt, Memory<A> target, long targetAt) {
    long size = (long) rows * columns * run;
    for (long batch = 0; batch < batches; batch++) {
      NativeMatrix<A> to = target.matrix(targetLayout(targetAt + batch * size));
      A block = to.newArray(blockColumns() * rows * run);
      if (run == 1) {
        NativeMatrix<A> from = source.matrix(sourceLayout(sourceAt + batch * size));
        for (int first = 0; first < columns; first += blockColumns()) {
          int count = Math.min(blockColumns(), columns - first);
          from.get(LineAxis.COLUMNS, first, count, block);
          to.put(LineAxis.ROWS, first, count, block);
        }
      } else {
        for (int column = 0; column < columns; column++) {
          source
              .matrix(columnLayout(sourceAt + batch * size, column))
              .get(LineAxis.ROWS, 0, rows, block);
          to.put(LineAxis.ROWS, column, 1, block);
        }
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
