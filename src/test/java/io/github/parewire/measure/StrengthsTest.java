package io.github.parewire.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.array.Matrix;
import io.github.parewire.result.StrengthVariance;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Against the definition, for matrices of one block and of several. */
final class StrengthsTest {

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "1,7",
    "7,1",
    "2,3",
    "40,30",
    "900,700",
    "300000,2",
    "2,300000",
    "3,150000",
    "263,1000"
  })
  void equalsTheDefinition(int rows, int columns) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      INDArray whole = Nd4j.createUninitialized(type, rows + 1, columns);
      Random random = new Random(rows + columns);
      double[] inputs = new double[columns];
      double[] outputs = new double[rows];
      for (int r = 0; r <= rows; r++) {
        for (int c = 0; c < columns; c++) {
          whole.putScalar(r, c, random.nextGaussian());
          if (r > 0) {
            inputs[c] += whole.getDouble(r, c);
            outputs[r - 1] += whole.getDouble(r, c);
          }
        }
      }
      // A view with an offset, as a slice of a batch is.
      INDArray matrix =
          whole.get(NDArrayIndex.interval(1, rows + 1), NDArrayIndex.interval(0, columns));
      StrengthVariance found = Strengths.of(List.of(Matrix.of(matrix))).variance();
      assertVariance(inputs, found.input());
      assertVariance(outputs, found.output());
      StrengthVariance turned = Strengths.of(List.of(Matrix.of(matrix.transpose()))).variance();
      assertVariance(outputs, turned.input());
      assertVariance(inputs, turned.output());
    }
  }

  private static void assertVariance(double[] values, OptionalDouble found) {
    if (values.length < 2) {
      assertTrue(found.isEmpty());
      return;
    }
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double expected = squares / (values.length - 1);
    assertEquals(expected, found.orElseThrow(), 1e-9 * Math.abs(expected));
  }
}
