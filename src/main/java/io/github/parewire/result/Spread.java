package io.github.parewire.result;

/**
 * How much the lines of a matrix (its rows, or its columns) differ, against what independent
 * weights of one distribution would show: there both ratios are about 1.
 *
 * @param lines number of lines
 * @param length weights in a line
 * @param strengths the variance of the lines' sums of weights, divided by that of independent
 *     weights
 * @param norms the variance of the lines' sums of squares, divided by that of independent weights
 * @param normRange the largest sum of squares less the smallest, divided by their mean
 * @param strengthSquares the mean square of the lines' sums of weights, divided by length and mean
 *     square of the weights
 */
public record Spread(
    int lines,
    long length,
    double strengths,
    double norms,
    double normRange,
    double strengthSquares) {

  /** {@return whether there is more than one line, so that they can differ} */
  public boolean exists() {
    return lines > 1;
  }
}
