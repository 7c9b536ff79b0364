package io.github.parewire.rewire;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The strengths of a layer's neurons, their signed sums of weights, in float64. Summed in Java, on
 * the array's own memory: ND4J would have to write the weights down as float64 first.
 */
final class Strengths {

  /** Weights to hold on the heap at a time. */
  private static final int BLOCK = 1 << 14;

  private final double[] input;
  private final double[] output;

  private Strengths(int inputs, int outputs) {
    input = new double[inputs];
    output = new double[outputs];
  }

  /**
   * Sums up a matrix.
   *
   * @param matrix [output neurons, inputs], FLOAT or DOUBLE, row-major
   */
  static Strengths of(INDArray matrix) {
    MatrixLines rows = new MatrixLines(matrix, Side.ROWS);
    Strengths strengths = new Strengths(rows.length(), rows.count());
    strengths.addAll(rows);
    return strengths;
  }

  /** The strength of each input, summed over its column; not a copy. */
  double[] input() {
    return input;
  }

  /** The strength of each output neuron, summed over its row; not a copy. */
  double[] output() {
    return output;
  }

  private void addAll(MatrixLines rows) {
    int blockRows = Math.max(1, Math.min(output.length, BLOCK / input.length));
    double[] block = new double[blockRows * input.length];
    for (int first = 0; first < output.length; first += blockRows) {
      int count = Math.min(blockRows, output.length - first);
      rows.get(first, count, block);
      for (int i = 0; i < count; i++) {
        output[first + i] = add(block, i * input.length);
      }
    }
  }

  /** Adds a row to the inputs' strengths and returns its sum; two sums hide the latency. */
  private double add(double[] weights, int from) {
    double even = 0;
    double odd = 0;
    int last = input.length - 1;
    for (int c = 0; c < last; c += 2) {
      input[c] += weights[from + c];
      input[c + 1] += weights[from + c + 1];
      even += weights[from + c];
      odd += weights[from + c + 1];
    }
    if (last % 2 == 0) {
      input[last] += weights[from + last];
      even += weights[from + last];
    }
    return even + odd;
  }
}
