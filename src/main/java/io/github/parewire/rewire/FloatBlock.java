package io.github.parewire.rewire;

import io.github.parewire.array.FloatMatrix;
import io.github.parewire.array.LineAxis;

/** Some float32 rows or columns of a matrix. */
final class FloatBlock extends Block<float[]> {

  private final FloatSorter sorter;

  FloatBlock(FloatMatrix matrix, LineAxis axis, int length, int capacity) {
    super(matrix, axis, length, capacity);
    sorter = new FloatSorter(length);
  }

  @Override
  void sort(int lines) {
    for (int line = 0; line < lines; line++) {
      sorter.sort(weights, sorted, line * length);
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
