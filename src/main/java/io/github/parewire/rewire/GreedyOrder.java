package io.github.parewire.rewire;

import io.github.parewire.numpy.UniformSource;

/**
 * Orders columns by strength, the strongest first; of equal ones the last first. So the weakest
 * column receives the largest weight, as in {@code targets = argsort(s, kind="stable")}, {@code
 * W[r, targets] = sort(W[r])[::-1]}. This is {@code rewiring_torch_deterministic} of the first
 * author's RADAM, which leaves ties open and adds up in float32.
 */
final class GreedyOrder implements Sampler {

  private double[] strengths;
  private double[] otherStrengths;
  private int[] columns;
  private int[] otherColumns;

  /**
   * Makes work space for rows of one length.
   *
   * @param columns number of inputs
   */
  GreedyOrder(int columns) {
    strengths = new double[columns];
    otherStrengths = new double[columns];
    this.columns = new int[columns];
    otherColumns = new int[columns];
  }

  @Override
  public void draw(double[] strength, UniformSource random, int[] order) {
    int count = columns.length;
    boolean isFinite = true;
    for (int i = 0; i < count; i++) {
      strengths[i] = strength[i];
      columns[i] = i;
      // NaN fails as well.
      isFinite &= Math.abs(strength[i]) <= Double.MAX_VALUE;
    }
    if (!isFinite) {
      throw new ArithmeticException("the strengths are too large to add up");
    }
    sort();
    for (int k = 0; k < count; k++) {
      order[k] = columns[count - 1 - k];
    }
  }

  /** A merge sort, which keeps the order of equal strengths. */
  private void sort() {
    int count = columns.length;
    for (long run = 1; run < count; run *= 2) {
      for (long from = 0; from < count; from += 2 * run) {
        merge((int) from, (int) Math.min(from + run, count), (int) Math.min(from + 2 * run, count));
      }
      double[] sorted = otherStrengths;
      otherStrengths = strengths;
      strengths = sorted;
      int[] moved = otherColumns;
      otherColumns = columns;
      columns = moved;
    }
  }

  private void merge(int from, int middle, int end) {
    int low = from;
    int high = middle;
    for (int to = from; to < end; to++) {
      boolean takesLow = high == end || (low < middle && strengths[low] <= strengths[high]);
      int next = takesLow ? low++ : high++;
      otherStrengths[to] = strengths[next];
      otherColumns[to] = columns[next];
    }
  }
}
