package io.github.parewire.array;

/**
 * The lines of a matrix, its rows or its columns, as float64 on the heap, whatever their type. Not
 * thread-safe: it keeps work space.
 */
public final class MatrixLines {

  /** Copies lines, there or back, as float64. */
  private interface Copy {
    void run(int first, int count, double[] weights);
  }

  private final Matrix matrix;
  private final int count;
  private final int length;
  private final Copy read;
  private final Copy write;
  private float[] narrow = {};

  /**
   * A view of a matrix.
   *
   * @param axis what its lines are
   */
  public MatrixLines(Matrix matrix, LineAxis axis) {
    this.matrix = matrix;
    count = matrix.lines(axis);
    length = matrix.lineLength(axis);
    NativeMatrix<?> memory = matrix.memory();
    if (memory instanceof DoubleMatrix wide) {
      read = (first, lines, weights) -> wide.get(axis, first, lines, weights);
      write = (first, lines, weights) -> wide.put(axis, first, lines, weights);
    } else {
      FloatMatrix floats = (FloatMatrix) memory;
      read = (first, lines, weights) -> read(floats, axis, first, lines, weights);
      write = (first, lines, weights) -> write(floats, axis, first, lines, weights);
    }
  }

  private void read(FloatMatrix floats, LineAxis axis, int first, int lines, double[] weights) {
    int size = lines * length;
    if (narrow.length < size) {
      narrow = new float[size];
    }
    floats.get(axis, first, lines, narrow);
    for (int i = 0; i < size; i++) {
      weights[i] = narrow[i];
    }
  }

  private static void write(
      FloatMatrix floats, LineAxis axis, int first, int lines, double[] weights) {
    float[] rounded = new float[weights.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) weights[i];
    }
    floats.put(axis, first, lines, rounded);
  }

  /** Number of lines. */
  public int count() {
    return count;
  }

  /** Number of weights in a line. */
  public int length() {
    return length;
  }

  /** The weights of lines {@code first .. first + lines - 1}, one after the other. */
  public double[] get(int first, int lines) {
    double[] weights = new double[Math.multiplyExact(lines, length)];
    get(first, lines, weights);
    return weights;
  }

  /** Copies the weights of lines {@code first .. first + lines - 1} to an array's start. */
  public void get(int first, int lines, double[] into) {
    read.run(first, lines, into);
  }

  /** The way of {@link #get(int, int)} back. */
  public void put(int first, int lines, double[] weights) {
    write.run(first, lines, weights);
    matrix.written();
  }
}
