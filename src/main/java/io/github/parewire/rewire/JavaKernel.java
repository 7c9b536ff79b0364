package io.github.parewire.rewire;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The row loop in Java, on the array's own memory: an ND4J call for each step of each row would
 * take longer than the step.
 */
public final class JavaKernel implements RewireKernel {

  static {
    Nd4jBackend.start();
  }

  @Override
  public void rewire(INDArray matrix, SeedSequence stream) {
    if (matrix.rank() != 2) {
      throw new IllegalArgumentException("expected a matrix, found rank " + matrix.rank());
    }
    passInto(matrix, stream);
    passInto(matrix.transpose(), stream);
  }

  /** One pass over the rows of a view, which is copied if its rows do not lie in a row. */
  private static void passInto(INDArray view, SeedSequence stream) {
    if (isPlain(view)) {
      pass(view, stream);
      return;
    }
    try (INDArray copy = view.dup('c')) {
      pass(copy, stream);
      view.assign(copy);
    }
  }

  private static boolean isPlain(INDArray view) {
    return !view.isView()
        && view.ordering() == 'c'
        && view.stride(1) == 1
        && view.stride(0) == view.columns();
  }

  private static void pass(INDArray matrix, SeedSequence stream) {
    MatrixRows rows = rowsOf(matrix);
    int columns = rows.columns();
    double[] strength = new double[columns];
    int[] order = new int[columns];
    Sampler sampler = new ReferenceSampler(columns);
    Pcg64 random = stream.generator();
    // Row 0 stays: there are no strengths yet to attach to.
    rows.load(0);
    for (long row = 1; row < rows.count(); row++) {
      rows.addTo(strength);
      sampler.draw(strength, random, order);
      rows.load(row);
      rows.place(order);
    }
  }

  private static MatrixRows rowsOf(INDArray matrix) {
    long count = matrix.rows();
    int columns = matrix.columns();
    if (matrix.dataType() == DataType.FLOAT) {
      return new FloatRows(new FloatPointer(matrix.data().pointer()), count, columns);
    }
    if (matrix.dataType() == DataType.DOUBLE) {
      return new DoubleRows(new DoublePointer(matrix.data().pointer()), count, columns);
    }
    throw new IllegalArgumentException("expected FLOAT or DOUBLE, found " + matrix.dataType());
  }
}
