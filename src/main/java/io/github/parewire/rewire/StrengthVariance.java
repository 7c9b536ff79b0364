package io.github.parewire.rewire;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How much the strengths of a layer's neurons vary: the unbiased variance (n - 1 in the
 * denominator) of their signed sums of weights, in float64.
 *
 * @param input over the column sums; empty with fewer than two inputs
 * @param output over the row sums; empty with fewer than two output neurons
 */
public record StrengthVariance(OptionalDouble input, OptionalDouble output) {

  /** Weights widened to float64 at a time: what the caches hold. */
  private static final long BLOCK = 1 << 18;

  /**
   * Measures a matrix.
   *
   * @param matrix [output neurons, inputs], FLOAT or DOUBLE
   */
  public static StrengthVariance of(INDArray matrix) {
    long rows = matrix.rows();
    long columns = matrix.columns();
    long blockRows = Math.max(1, Math.min(rows, BLOCK / columns));
    // The blocks are added up as they are, and columns summed once, for that is the dearest step.
    try (INDArray block = Nd4j.createUninitialized(DataType.DOUBLE, blockRows, columns);
        INDArray total = Nd4j.zeros(DataType.DOUBLE, blockRows, columns);
        INDArray inputs = Nd4j.createUninitialized(DataType.DOUBLE, columns);
        INDArray outputs = Nd4j.createUninitialized(DataType.DOUBLE, rows)) {
      for (long from = 0; from < rows; from += blockRows) {
        long to = Math.min(rows, from + blockRows);
        INDArray exact = firstRows(block, to - from);
        // Assigning to an array that exists widens ten times as fast as castTo.
        exact.assign(rows(matrix, from, to));
        firstRows(total, to - from).addi(exact);
        exact.sum(outputs.get(NDArrayIndex.interval(from, to)), 1);
      }
      total.sum(inputs, 0);
      return new StrengthVariance(variance(inputs), variance(outputs));
    }
  }

  private static INDArray firstRows(INDArray matrix, long count) {
    return rows(matrix, 0, count);
  }

  /** {@code get(interval, all)} takes the last row of a view with an offset for empty. */
  private static INDArray rows(INDArray matrix, long from, long to) {
    long[] shape = {to - from, matrix.columns()};
    long offset = matrix.offset() + from * matrix.stride(0);
    return Nd4j.create(matrix.data(), shape, matrix.stride(), offset, matrix.ordering());
  }

  private static OptionalDouble variance(INDArray strengths) {
    return strengths.length() < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(strengths.varNumber().doubleValue());
  }

  /**
   * The mean of the variances of several matrices.
   *
   * @param slices at least one, of matrices of one shape
   */
  public static StrengthVariance mean(List<StrengthVariance> slices) {
    return new StrengthVariance(
        mean(slices, StrengthVariance::input), mean(slices, StrengthVariance::output));
  }

  private static OptionalDouble mean(
      List<StrengthVariance> slices, Function<StrengthVariance, OptionalDouble> side) {
    return slices.stream().map(side).flatMapToDouble(OptionalDouble::stream).average();
  }
}
