package io.github.parewire.rewire;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** A float32 matrix in native memory, row-major: its rows and columns as arrays on the heap. */
final class FloatMatrix {

  /** Rows whose pieces are transposed together, so that a column gets a cache line at a time. */
  private static final int TILE = 16;

  /** The matrix in windows of some rows, since a buffer has no more than 2^31 elements. */
  private final FloatBuffer[] windows;

  private final int windowRows;
  private final MatrixLayout layout;

  /**
   * A view of memory.
   *
   * @param memory what the layout's offset counts from; to outlive this object
   */
  FloatMatrix(FloatPointer memory, MatrixLayout layout) {
    this.layout = layout;
    windowRows = layout.windowRows();
    windows = new FloatBuffer[layout.windows()];
    for (int i = 0; i < windows.length; i++) {
      windows[i] =
          new FloatPointer(memory)
              .position(layout.windowStart(i))
              .limit(layout.windowEnd(i))
              .asBuffer();
    }
  }

  /** Copies rows {@code first .. first + count - 1}, one after the other. */
  void getRows(int first, int count, float[] into) {
    int columns = layout.columns();
    for (int i = 0; i < count; i++) {
      int row = first + i;
      windows[row / windowRows].get(start(row), into, i * columns, columns);
    }
  }

  /** The way of {@link #getRows} back. */
  void putRows(int first, int count, float[] from) {
    int columns = layout.columns();
    for (int i = 0; i < count; i++) {
      int row = first + i;
      windows[row / windowRows].put(start(row), from, i * columns, columns);
    }
  }

  /** Copies columns {@code first .. first + count - 1}, one after the other. */
  void getColumns(int first, int count, float[] into) {
    int rows = layout.rows();
    float[] tile = new float[TILE * count];
    for (int from = 0; from < rows; from += TILE) {
      int height = Math.min(TILE, rows - from);
      for (int i = 0; i < height; i++) {
        int row = from + i;
        windows[row / windowRows].get(start(row) + first, tile, i * count, count);
      }
      for (int column = 0; column < count; column++) {
        int target = column * rows + from;
        for (int i = 0; i < height; i++) {
          into[target + i] = tile[i * count + column];
        }
      }
    }
  }

  /** The way of {@link #getColumns} back. */
  void putColumns(int first, int count, float[] from) {
    int rows = layout.rows();
    float[] tile = new float[TILE * count];
    for (int top = 0; top < rows; top += TILE) {
      int height = Math.min(TILE, rows - top);
      for (int column = 0; column < count; column++) {
        int source = column * rows + top;
        for (int i = 0; i < height; i++) {
          tile[i * count + column] = from[source + i];
        }
      }
      for (int i = 0; i < height; i++) {
        int row = top + i;
        windows[row / windowRows].put(start(row) + first, tile, i * count, count);
      }
    }
  }

  private int start(int row) {
    return row % windowRows * layout.stride();
  }
}
