package io.github.parewire.lockstep;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sorts the weights of many lines by one ND4J operation. It sorts whole numbers in the place of the
 * weights, since an order of doubles leaves open which of 0.0 and -0.0 comes first.
 */
final class LineSort {

  private LineSort() {}

  /**
   * Sorts each line ascending, -0.0 before 0.0.
   *
   * @param weights the lines, one after the other
   * @param length number of weights in a line
   */
  static void sort(double[] weights, int length) {
    long[] numbers = new long[weights.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = ordered(Double.doubleToRawLongBits(weights[i]));
    }
    try (INDArray array = Nd4j.createFromArray(numbers)) {
      Nd4j.sort(array.reshape('c', weights.length / length, length), 1, true);
      long[] sorted = array.data().asLong();
      for (int i = 0; i < sorted.length; i++) {
        weights[i] = Double.longBitsToDouble(ordered(sorted[i]));
      }
    }
  }

  /** Bits whose signed order is that of the values: negative ones are inverted. And back. */
  private static long ordered(long bits) {
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }
}
