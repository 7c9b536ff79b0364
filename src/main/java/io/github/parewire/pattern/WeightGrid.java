package io.github.parewire.pattern;

import java.util.Arrays;

/**
 * Weights as symbols: those that are equal but for their last digits share one, and of two opposite
 * ones one symbol is the other's negative. A weight of 0, and no other, is the symbol 0.
 */
final class WeightGrid {

  /**
   * How many sizes of weights are told apart. Kernels made in float32 from large angles differ by
   * some 1e-4 of the largest weight where they should be equal.
   */
  static final int SIZES = 1 << 10;

  private final int[] dims;
  private final int[] strides;
  private final int[] symbols;
  private final double[] weights;
  private final double largest;
  private final int zeros;

  /**
   * Makes symbols of weights.
   *
   * @param dims the shape, row-major; axes of a single index are dropped
   * @param weights as many as the shape has; not to be changed afterwards
   */
  WeightGrid(int[] dims, double[] weights) {
    this.dims = Arrays.stream(dims).filter(dim -> dim != 1).toArray();
    this.weights = weights;
    strides = new int[this.dims.length];
    int stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= this.dims[axis];
    }
    largest = largest(weights);
    symbols = new int[weights.length];
    int zeros = 0;
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = symbolOf(weights[i] / largest);
      zeros += symbols[i] == 0 ? 1 : 0;
    }
    this.zeros = zeros;
  }

  private static double largest(double[] weights) {
    double largest = 0;
    for (double weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    return largest;
  }

  private static int symbolOf(double weight) {
    if (weight == 0) {
      return 0;
    }
    // As Math.rint, which takes longer before it is compiled well: no fraction is left beside 2^52.
    int size = (int) Math.max(1, Math.abs(weight) * (SIZES - 1) + 0x1p52 - 0x1p52);
    return weight < 0 ? -size : size;
  }

  /** Whether all weights are: else their symbols say nothing. */
  boolean isFinite() {
    // NaN is larger than any.
    return Double.isFinite(largest);
  }

  /** How many weights there are. */
  int size() {
    return symbols.length;
  }

  /** How many axes there are. */
  int rank() {
    return dims.length;
  }

  /** The shape, to keep. */
  int[] dims() {
    return dims.clone();
  }

  /** How many indices an axis has: two or more. */
  int dim(int axis) {
    return dims[axis];
  }

  /** How far apart in row-major order neighbours on an axis are. */
  int stride(int axis) {
    return strides[axis];
  }

  /** A place's index on an axis. */
  int index(int place, int axis) {
    return place / strides[axis] % dims[axis];
  }

  /** What stands at a place. */
  int symbol(int place) {
    return symbols[place];
  }

  /** How many symbols are 0. */
  int zeros() {
    return zeros;
  }

  /** Whether one symbol stands at all places: then there is no other order. */
  boolean isUniform() {
    for (int symbol : symbols) {
      if (symbol != symbols[0]) {
        return false;
      }
    }
    return true;
  }

  /** All symbols, in row-major order, to keep. */
  int[] symbols() {
    return symbols.clone();
  }

  /** All weights, in row-major order, to keep. */
  double[] weights() {
    return weights.clone();
  }
}
