package io.github.parewire.bench;

import io.github.parewire.array.Matrix;
import io.github.parewire.array.Nd4jBackend;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes matrices to measure with. */
final class BenchmarkMatrices {

  private BenchmarkMatrices() {}

  /**
   * Weights of a fresh layer.
   *
   * @param shape such as 512x4608: output neurons, inputs
   */
  static Matrix normal(String shape) {
    String[] dims = shape.split("x", 2);
    long rows = Long.parseLong(dims[0]);
    long columns = Long.parseLong(dims[1]);
    Nd4jBackend.start();
    INDArray weights = Nd4j.randn(DataType.FLOAT, rows, columns).muli(Math.sqrt(2.0 / columns));
    return Matrix.of(weights);
  }
}
