package io.github.parewire.verify;

import java.util.Locale;

/**
 * Figures of a tensor's weights, as ONNX Runtime computes them in float64. Sums depend on the order
 * of the weights in their last digits.
 *
 * @param count how many
 * @param minimum the smallest
 * @param maximum the largest
 * @param sum of all
 * @param squares sum of the squares of all
 */
record WeightStatistics(long count, double minimum, double maximum, double sum, double squares) {

  /** Far above what another order of additions rounds to, and far below any weight's share. */
  private static final double TOLERANCE = 1e-9;

  static final WeightStatistics NONE =
      new WeightStatistics(0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 0);

  /** The figures of both together. */
  WeightStatistics plus(WeightStatistics other) {
    return new WeightStatistics(
        count + other.count,
        Math.min(minimum, other.minimum),
        Math.max(maximum, other.maximum),
        sum + other.sum,
        squares + other.squares);
  }

  /** Whether the figures are of the same weights, but for rounding. */
  boolean agreesWith(WeightStatistics other) {
    return count == other.count
        && minimum == other.minimum
        && maximum == other.maximum
        && (overflows() || other.overflows() || sumsAgreeWith(other));
  }

  private boolean sumsAgreeWith(WeightStatistics other) {
    // No sum of absolute values is larger (Cauchy-Schwarz).
    double scale = Math.sqrt(count * squares);
    return Math.abs(sum - other.sum) <= TOLERANCE * scale
        && Math.abs(squares - other.squares) <= TOLERANCE * squares;
  }

  /** Whether the sums say nothing, as those of float64 weights above 1e154 do. */
  private boolean overflows() {
    return !Double.isFinite(count * squares);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d weights from %.6g to %.6g, sum %.6g, sum of squares %.6g",
        count,
        minimum,
        maximum,
        sum,
        squares);
  }
}
