package io.github.parewire.rewire;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A matrix to rewire.
 *
 * @param matrix [output neurons, inputs], FLOAT or DOUBLE, finite
 * @param stream its random stream
 */
public record SeededMatrix(INDArray matrix, SeedSequence stream) {

  /** Checks its arguments. */
  public SeededMatrix {
    if (matrix.rank() != 2) {
      throw new IllegalArgumentException("expected a matrix, found rank " + matrix.rank());
    }
  }
}
