package io.github.parewire.array;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** A float32 matrix in native memory. */
public final class FloatMatrix extends NativeMatrix<float[]> {

  /** The matrix in windows of some rows, since a buffer has no more than 2^31 elements. */
  private final FloatBuffer[] windows;

  /**
   * A view of memory.
   *
   * @param memory what the layout's offset counts from; to outlive this object
   */
  FloatMatrix(FloatPointer memory, MatrixLayout layout) {
    super(layout, Float.BYTES);
    windows = new FloatBuffer[layout.windows()];
    for (int i = 0; i < windows.length; i++) {
      windows[i] =
          new FloatPointer(memory)
              .position(layout.windowStart(i))
              .limit(layout.windowEnd(i))
              .asBuffer();
    }
  }

  @Override
  public float[] newArray(int length) {
    return new float[length];
  }

  @Override
  void get(int window, int at, float[] into, int start, int count) {
    windows[window].get(at, into, start, count);
  }

  @Override
  void put(int window, int at, float[] from, int start, int count) {
    windows[window].put(at, from, start, count);
  }

  @Override
  public void addTo(double[] sums, float[] lines, int start) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += lines[start + i];
    }
  }

  @Override
  void swap(int window, int at, int otherWindow, int otherAt) {
    float moved = windows[window].get(at);
    windows[window].put(at, windows[otherWindow].get(otherAt));
    windows[otherWindow].put(otherAt, moved);
  }

  @Override
  void tileToColumns(float[] tile, int height, int count, float[] columns, int rows, int top) {
    for (int column = 0; column < count; column++) {
      int target = column * rows + top;
      for (int i = 0; i < height; i++) {
        columns[target + i] = tile[i * count + column];
      }
    }
  }

  @Override
  void columnsToTile(float[] columns, int rows, int top, float[] tile, int height, int count) {
    for (int column = 0; column < count; column++) {
      int source = column * rows + top;
      for (int i = 0; i < height; i++) {
        tile[i * count + column] = columns[source + i];
      }
    }
  }
}
