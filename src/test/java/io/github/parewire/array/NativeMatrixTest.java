package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Array;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows and columns of native memory, against the definition. */
final class NativeMatrixTest {

  private static final String LAYOUTS =
      """
      0, 1, 1, 1, false
      0, 5, 7, 7, false
      3, 16, 16, 16, false
      2, 33, 50, 61, false
      0, 70, 3, 3, false
      1, 40, 1, 9, false
      0, 5, 7, 7, true
      2, 33, 50, 61, true
      1, 40, 1, 9, true
      0, 1, 40, 40, true
      """;

  @ParameterizedTest
  @CsvSource(textBlock = LAYOUTS)
  void floats(long offset, int rows, int columns, int stride, boolean turned) {
    MatrixLayout layout = new MatrixLayout(offset, rows, columns, stride, turned);
    float[] memory = new float[length(layout)];
    count(memory);
    FloatPointer pointer = new FloatPointer(memory.length).put(memory, 0, memory.length);
    changeLines(new FloatMatrix(pointer, layout), layout);
    changeElements(memory, layout);
    float[] found = new float[memory.length];
    pointer.get(found, 0, found.length);
    assertArrayEquals(memory, found, "what lies between is left");
  }

  @ParameterizedTest
  @CsvSource(textBlock = LAYOUTS)
  void doubles(long offset, int rows, int columns, int stride, boolean turned) {
    MatrixLayout layout = new MatrixLayout(offset, rows, columns, stride, turned);
    double[] memory = new double[length(layout)];
    count(memory);
    DoublePointer pointer = new DoublePointer(memory.length).put(memory, 0, memory.length);
    changeLines(new DoubleMatrix(pointer, layout), layout);
    changeElements(memory, layout);
    double[] found = new double[memory.length];
    pointer.get(found, 0, found.length);
    assertArrayEquals(memory, found, "what lies between is left");
  }

  private static int length(MatrixLayout layout) {
    return Math.toIntExact(layout.windowEnd(layout.windows() - 1)) + 2;
  }

  /** Fills memory with the place of each element. */
  private static void count(Object memory) {
    for (int i = 0; i < Array.getLength(memory); i++) {
      Array.setFloat(memory, i, i);
    }
  }

  /**
   * Reads all lines, of which each element is to tell its place, and makes it -2 times that; swaps
   * two.
   */
  private static <A> void changeLines(NativeMatrix<A> matrix, MatrixLayout layout) {
    int rows = layout.turned() ? layout.columns() : layout.rows();
    int columns = layout.turned() ? layout.rows() : layout.columns();
    for (int first = 0; first < rows; first += 4) {
      int count = Math.min(4, rows - first);
      A lines = matrix.newArray(count * columns);
      matrix.get(LineAxis.ROWS, first, count, lines);
      for (int i = 0; i < count * columns; i++) {
        assertEquals(at(layout, first + i / columns, i % columns), (int) Array.getDouble(lines, i));
        multiply(lines, i, -1);
      }
      matrix.put(LineAxis.ROWS, first, count, lines);
    }
    for (int first = 0; first < columns; first += 6) {
      int count = Math.min(6, columns - first);
      A lines = matrix.newArray(count * rows);
      matrix.get(LineAxis.COLUMNS, first, count, lines);
      for (int i = 0; i < count * rows; i++) {
        assertEquals(-at(layout, i % rows, first + i / rows), (int) Array.getDouble(lines, i));
        multiply(lines, i, 2);
      }
      matrix.put(LineAxis.COLUMNS, first, count, lines);
    }
    matrix.swap(0, (long) rows * columns - 1);
    matrix.swap(columns - 1, (long) (rows - 1) * columns);
  }

  /** The same of an array, by the definition of a layout. */
  private static void changeElements(Object memory, MatrixLayout layout) {
    int rows = layout.turned() ? layout.columns() : layout.rows();
    int columns = layout.turned() ? layout.rows() : layout.columns();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        multiply(memory, at(layout, r, c), -2);
      }
    }
    swap(memory, at(layout, 0, 0), at(layout, rows - 1, columns - 1));
    swap(memory, at(layout, 0, columns - 1), at(layout, rows - 1, 0));
  }

  private static void swap(Object memory, int one, int other) {
    float moved = (float) Array.getDouble(memory, one);
    Array.setFloat(memory, one, (float) Array.getDouble(memory, other));
    Array.setFloat(memory, other, moved);
  }

  private static void multiply(Object array, int place, int factor) {
    Array.setFloat(array, place, (float) Array.getDouble(array, place) * factor);
  }

  private static int at(MatrixLayout layout, int row, int column) {
    return Math.toIntExact(layout.offset())
        + (layout.turned() ? column * layout.stride() + row : row * layout.stride() + column);
  }

  @Test
  void windowsCoverAMatrixBeyondTheLimitOfABuffer() {
    MatrixLayout layout = new MatrixLayout(11, 100_000, 50_000, 60_000);
    assertEquals(3, layout.windows());
    assertEquals(35_791, layout.windowRows());
    assertEquals(11 + 35_791L * 60_000, layout.windowStart(1));
    assertEquals(11 + 35_790L * 60_000 + 50_000, layout.windowEnd(0));
    assertEquals(11 + 99_999L * 60_000 + 50_000, layout.windowEnd(2));
  }

  @Test
  void refusesRowsThatOverlap() {
    assertThrows(IllegalArgumentException.class, () -> new MatrixLayout(0, 2, 3, 2));
  }
}
