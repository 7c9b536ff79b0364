package io.github.parewire.testing;

import io.github.parewire.array.Matrix;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small matrices as nested arrays, and in ND4J's memory. */
public final class Matrices {

  private Matrices() {}

  /** Rows as columns. */
  public static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int r = 0; r < matrix.length; r++) {
      for (int c = 0; c < matrix[r].length; c++) {
        result[c][r] = matrix[r][c];
      }
    }
    return result;
  }

  /** Every number multiplied. */
  public static double[][] scaled(double[][] matrix, double factor) {
    return Arrays.stream(matrix)
        .map(row -> Arrays.stream(row).map(weight -> weight * factor).toArray())
        .toArray(double[][]::new);
  }

  /** Normal weights, which a type holds exactly. */
  public static double[][] normal(
      DataType type, int rows, int columns, double deviation, String seed) {
    java.util.Random random = Seeds.random(seed + " " + rows + " x " + columns);
    double[][] weights = new double[rows][columns];
    for (double[] row : weights) {
      Arrays.setAll(
          row,
          c -> {
            double weight = random.nextGaussian() * deviation;
            return type == DataType.FLOAT ? (float) weight : weight;
          });
    }
    return weights;
  }

  /** An array of ND4J with these numbers, row-major. */
  public static INDArray array(DataType type, double[][] rows) {
    return Nd4j.createFromArray(rows).castTo(type).dup('c');
  }

  /** A matrix in ND4J's memory with these numbers. */
  public static Matrix matrix(DataType type, double[][] rows) {
    return Matrix.of(array(type, rows));
  }

  /** What an array has; to compare arrays themselves would allow a difference of 1e-5. */
  public static double[][] numbers(INDArray array) {
    return array.dup('c').castTo(DataType.DOUBLE).toDoubleMatrix();
  }
}
