package io.github.parewire.rewire;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.NativeMatrix;

/**
 * Neighbouring lines of a matrix, all rows or all columns, in work space on the heap. Not
 * thread-safe.
 *
 * @param <A> float[] or double[]
 */
abstract sealed class Block<A> permits FloatBlock, DoubleBlock {

  final int length;
  final A weights;
  final A sorted;

  private final NativeMatrix<A> matrix;
  private final LineAxis axis;
  private int first;
  private int count;

  /**
   * Makes work space.
   *
   * @param length number of weights in a line
   * @param capacity number of lines
   */
  Block(NativeMatrix<A> matrix, LineAxis axis, int length, int capacity) {
    this.matrix = matrix;
    this.axis = axis;
    this.length = length;
    weights = matrix.newArray(Math.multiplyExact(capacity, length));
    sorted = matrix.newArray(Math.multiplyExact(capacity, length));
  }

  /**
   * Reads lines and sorts their weights on the side, which needs nothing of the lines before.
   *
   * @param newFirst number of the first line
   * @param newCount how many, at most the block's capacity
   */
  final void load(int newFirst, int newCount) {
    first = newFirst;
    count = newCount;
    matrix.get(axis, first, count, weights);
    sort(count);
  }

  /** Sorts each of the first lines of {@code weights} into {@code sorted}, -0.0 before 0.0. */
  abstract void sort(int lines);

  /** Writes the lines that were read back to where they came from, once. */
  final void store() {
    matrix.put(axis, first, count, weights);
    count = 0;
  }

  /** Number of the first line. */
  final int first() {
    return first;
  }

  /** How many lines there are. */
  final int count() {
    return count;
  }

  /** Puts a line's k-th smallest weight into place {@code order[k]} of it; once for each load. */
  abstract void place(int line, int[] order);

  /** Adds a line to sums, place by place, in double. */
  final void addTo(double[] strength, int line) {
    matrix.addTo(strength, weights, line * length);
  }
}
