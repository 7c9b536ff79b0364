package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows and columns of native memory, against the definition. */
final class NativeMatrixTest {

  @ParameterizedTest
  @CsvSource({"0,1,1,1", "0,5,7,7", "3,16,16,16", "2,33,50,61", "0,70,3,3", "1,40,1,9"})
  void floats(long offset, int rows, int columns, int stride) {
    MatrixLayout layout = new MatrixLayout(offset, rows, columns, stride);
    float[] memory = new float[Math.toIntExact(layout.windowEnd(layout.windows() - 1)) + 2];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = i;
    }
    FloatPointer pointer = new FloatPointer(memory.length).put(memory, 0, memory.length);
    FloatMatrix matrix = new FloatMatrix(pointer, layout);
    for (int first = 0; first < rows; first += 4) {
      int count = Math.min(4, rows - first);
      float[] lines = new float[count * columns];
      matrix.get(LineAxis.ROWS, first, count, lines);
      for (int i = 0; i < lines.length; i++) {
        assertEquals(at(layout, first + i / columns, i % columns), (int) lines[i]);
        lines[i] = -lines[i];
      }
      matrix.put(LineAxis.ROWS, first, count, lines);
    }
    for (int first = 0; first < columns; first += 6) {
      int count = Math.min(6, columns - first);
      float[] lines = new float[count * rows];
      matrix.get(LineAxis.COLUMNS, first, count, lines);
      for (int i = 0; i < lines.length; i++) {
        assertEquals(-at(layout, i % rows, first + i / rows), (int) lines[i]);
        lines[i] *= 2;
      }
      matrix.put(LineAxis.COLUMNS, first, count, lines);
    }
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        memory[at(layout, r, c)] *= -2;
      }
    }
    float[] found = new float[memory.length];
    pointer.get(found, 0, found.length);
    assertArrayEquals(memory, found, "what lies between is left");
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,1", "0,5,7,7", "3,16,16,16", "2,33,50,61", "0,70,3,3", "1,40,1,9"})
  void doubles(long offset, int rows, int columns, int stride) {
    MatrixLayout layout = new MatrixLayout(offset, rows, columns, stride);
    double[] memory = new double[Math.toIntExact(layout.windowEnd(layout.windows() - 1)) + 2];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = i;
    }
    DoublePointer pointer = new DoublePointer(memory.length).put(memory, 0, memory.length);
    DoubleMatrix matrix = new DoubleMatrix(pointer, layout);
    for (int first = 0; first < rows; first += 4) {
      int count = Math.min(4, rows - first);
      double[] lines = new double[count * columns];
      matrix.get(LineAxis.ROWS, first, count, lines);
      for (int i = 0; i < lines.length; i++) {
        assertEquals(at(layout, first + i / columns, i % columns), (int) lines[i]);
        lines[i] = -lines[i];
      }
      matrix.put(LineAxis.ROWS, first, count, lines);
    }
    for (int first = 0; first < columns; first += 6) {
      int count = Math.min(6, columns - first);
      double[] lines = new double[count * rows];
      matrix.get(LineAxis.COLUMNS, first, count, lines);
      for (int i = 0; i < lines.length; i++) {
        assertEquals(-at(layout, i % rows, first + i / rows), (int) lines[i]);
        lines[i] *= 2;
      }
      matrix.put(LineAxis.COLUMNS, first, count, lines);
    }
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        memory[at(layout, r, c)] *= -2;
      }
    }
    double[] found = new double[memory.length];
    pointer.get(found, 0, found.length);
    assertArrayEquals(memory, found, "what lies between is left");
  }

  private static int at(MatrixLayout layout, int row, int column) {
    return Math.toIntExact(layout.offset()) + row * layout.stride() + column;
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
