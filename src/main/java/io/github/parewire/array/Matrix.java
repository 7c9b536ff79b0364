package io.github.parewire.array;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A matrix of weights in ND4J's memory, [output neurons, inputs], float32 or float64, row-major or
 * column-major. It is a view, which lives as long as the memory; what is written to it, is written
 * there.
 */
public final class Matrix {

  private final INDArray array;

  private Matrix(INDArray array) {
    this.array = array;
  }

  /**
   * A view of an array.
   *
   * @param array of rank 2, FLOAT or DOUBLE, each row without gaps, or each column
   * @throws IllegalArgumentException if it is another
   */
  public static Matrix of(INDArray array) {
    boolean isReal = array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE;
    if (array.rank() != 2 || !isReal || !MatrixLayout.fits(array)) {
      throw new IllegalArgumentException(
          "expected a matrix of rows or columns without gaps, FLOAT or DOUBLE, found "
              + array.shapeInfoToString());
    }
    return new Matrix(array);
  }

  /** Output neurons. */
  public int rows() {
    return array.rows();
  }

  /** Inputs. */
  public int columns() {
    return array.columns();
  }

  /** How many lines there are along an axis. */
  public int lines(LineAxis axis) {
    return axis == LineAxis.ROWS ? rows() : columns();
  }

  /** The weights in a line along an axis. */
  public int lineLength(LineAxis axis) {
    return axis == LineAxis.ROWS ? columns() : rows();
  }

  /** Number of weights. */
  public long weights() {
    return array.length();
  }

  /** The host's memory; {@link #written} is due after writing to it. */
  public NativeMatrix<?> memory() {
    MatrixLayout layout = MatrixLayout.of(array);
    return array.dataType() == DataType.FLOAT
        ? new FloatMatrix(new FloatPointer(HostMemory.of(array)), layout)
        : new DoubleMatrix(new DoublePointer(HostMemory.of(array)), layout);
  }

  /** Whether its rows follow each other in memory without gaps. */
  public boolean isDense() {
    MatrixLayout layout = MatrixLayout.of(array);
    return layout.isDense() && !layout.turned();
  }

  /** Which lines lie in memory element by element. */
  public LineAxis linesInMemory() {
    return MatrixLayout.of(array).inMemory(LineAxis.ROWS);
  }

  /**
   * Where its first weight lies in the host's memory, with what operations on the device left
   * there; the others follow, if {@link #isDense}. {@link #written} is due after writing there.
   */
  public long address() {
    long width = isDouble() ? Double.BYTES : Float.BYTES;
    return HostMemory.of(array).address() + MatrixLayout.of(array).offset() * width;
  }

  /** Says that the host's memory has been written to and is the one to go by. */
  public void written() {
    HostMemory.written(array);
  }

  /** The largest magnitude of a weight, by an operation of ND4J. */
  public double largest() {
    return array.amaxNumber().doubleValue();
  }

  /** Whether the weights are float64. */
  public boolean isDouble() {
    return array.dataType() == DataType.DOUBLE;
  }

  /**
   * Whether it begins where its memory does. Where a buffer's pointer leads if not, differs between
   * ND4J's backends.
   */
  public boolean isAtStart() {
    return array.offset() == 0;
  }

  /** A copy at the start of memory of its own, row-major and without gaps. */
  public OwnMatrix copy() {
    if (!isDenselyTurned()) {
      return new OwnMatrix(array.dup('c'));
    }
    INDArray copy = Nd4j.createUninitialized(array.dataType(), rows(), columns());
    new BlockedTranspose(1, /* rows= */ columns(), /* columns= */ rows(), 1)
        .copy(array.transpose(), copy);
    return new OwnMatrix(copy);
  }

  /** Takes over the weights of a matrix of the same shape. */
  public void assign(Matrix other) {
    if (isDenselyTurned() && other.isDense() && isDouble() == other.isDouble()) {
      new BlockedTranspose(1, rows(), columns(), 1).copy(other.array, array.transpose());
    } else {
      array.assign(other.array);
    }
  }

  /** Whether a transposition in blocks serves, which ND4J's copies are not. */
  private boolean isDenselyTurned() {
    MatrixLayout layout = MatrixLayout.of(array);
    return layout.isDense() && layout.turned();
  }

  /** A matrix that owns its memory. */
  public static final class OwnMatrix implements AutoCloseable {
    private final INDArray array;

    private OwnMatrix(INDArray array) {
      this.array = array;
    }

    /**
     * A matrix in memory of its own.
     *
     * @param isDouble whether it is to be float64
     * @param weights [rows, columns], rounded if it is not
     */
    public static OwnMatrix of(int rows, int columns, boolean isDouble, double[] weights) {
      try (INDArray doubles = Nd4j.createFromArray(weights)) {
        return new OwnMatrix(
            doubles
                .castTo(isDouble ? DataType.DOUBLE : DataType.FLOAT)
                .reshape('c', rows, columns)
                .dup('c'));
      }
    }

    /** The matrix, until this is closed. */
    public Matrix matrix() {
      return new Matrix(array);
    }

    @Override
    public void close() {
      array.close();
    }
  }
}
