package io.github.parewire.rewire;

import io.github.parewire.array.DoubleMatrix;
import io.github.parewire.array.LineAxis;
import java.util.Arrays;

/** Some float64 rows or columns of a matrix. */
final class DoubleBlock extends Block<double[]> {

  DoubleBlock(DoubleMatrix matrix, LineAxis axis, int length, int capacity) {
    super(matrix, axis, length, capacity);
  }

  @Override
  void sort(int lines) {
    System.arraycopy(weights, 0, sorted, 0, lines * length);
    for (int line = 0; line < lines; line++) {
      Arrays.sort(sorted, line * length, (line + 1) * length);
    }
  }

  @Override
  void place(int line, int[] order) {
    int at = line * length;
    for (int k = 0; k < length; k++) {
      weights[at + order[k]] = sorted[at + k];
    }
  }
}
