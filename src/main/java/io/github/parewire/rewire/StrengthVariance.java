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

  /** Weights widened to float64 at a time, so that a large matrix is never held twice. */
  private static final long BLOCK = 1 << 20;

  /**
   * Measures a matrix.
   *
   * @param matrix [output neurons, inputs], FLOAT or DOUBLE
   */
  public static StrengthVariance of(INDArray matrix) {
    long rows = matrix.rows();
    long blockRows = Math.max(1, BLOCK / matrix.columns());
    try (INDArray inputs = Nd4j.zeros(DataType.DOUBLE, matrix.columns());
        INDArray outputs = Nd4j.zeros(DataType.DOUBLE, rows)) {
      for (long from = 0; from < rows; from += blockRows) {
        long to = Math.min(rows, from + blockRows);
        addBlock(matrix, from, to, inputs, outputs);
      }
      return new StrengthVariance(variance(inputs), variance(outputs));
    }
  }

  private static void addBlock(
      INDArray matrix, long from, long to, INDArray inputs, INDArray outputs) {
    INDArray block = matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    INDArray exact = block.castTo(DataType.DOUBLE);
    try (INDArray columnSums = exact.sum(0);
        INDArray rowSums = exact.sum(1)) {
      inputs.addi(columnSums);
      outputs.get(NDArrayIndex.interval(from, to)).assign(rowSums);
    } finally {
      if (exact != block) {
        exact.close();
      }
    }
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
