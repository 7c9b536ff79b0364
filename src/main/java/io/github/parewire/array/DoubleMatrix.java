package io.github.parewire.array;

import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;

/** A float64 matrix in native memory. */
public final class DoubleMatrix extends NativeMatrix<double[]> {

  /** The matrix in windows of some rows, since a buffer has no more than 2^31 elements. */
  private final DoubleBuffer[] windows;

  /**
   * A view of memory.
   *
   * @param memory what the layout's offset counts from; to outlive this object
   */
  DoubleMatrix(DoublePointer memory, MatrixLayout layout) {
    super(layout, Double.BYTES);
    windows = new DoubleBuffer[layout.windows()];
    for (int i = 0; i < windows.length; i++) {
      windows[i] =
          new DoublePointer(memory)
              .position(layout.windowStart(i))
              .limit(layout.windowEnd(i))
              .asBuffer();
    }
  }

  @Override
  public double[] newArray(int length) {
    return new double[length];
  }

  @Override
  void get(int window, int at, double[] into, int start, int count) {
    windows[window].get(at, into, start, count);
  }

  @Override
  void put(int window, int at, double[] from, int start, int count) {
    windows[window].put(at, from, start, count);
  }

  @Override
  public void addTo(double[] sums, double[] lines, int start) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += lines[start + i];
    }
  }

  @Override
  void swap(int window, int at, int otherWindow, int otherAt) {
    double moved = windows[window].get(at);
    windows[window].put(at, windows[otherWindow].get(otherAt));
    windows[otherWindow].put(otherAt, moved);
  }

  @Override
  void tileToColumns(double[] tile, int height, int count, double[] columns, int rows, int top) {
    for (int column = 0; column < count; column++) {
      int target = column * rows + top;
      for (int i = 0; i < height; i++) {
        columns[target + i] = tile[i * count + column];
      }
    }
  }

  @Override
  void columnsToTile(double[] columns, int rows, int top, double[] tile, int height, int count) {
    for (int column = 0; column < count; column++) {
      int source = column * rows + top;
      for (int i = 0; i < height; i++) {
        tile[i * count + column] = columns[source + i];
      }
    }
  }
}
