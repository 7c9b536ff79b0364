package io.github.parewire.rewire;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Rewires matrices in place. Implementations hold no state: one serves all threads. */
public sealed interface RewireKernel permits JavaKernel {

  /**
   * Rewires a matrix: one pass over its rows, then one over its columns, each with the stream from
   * its start (arXiv 2207.08148). The weights are the same afterwards, in another order.
   *
   * @param matrix [output neurons, inputs], FLOAT or DOUBLE, finite
   * @param stream the random stream
   * @throws ArithmeticException if the strengths are too large for attachment probabilities
   */
  void rewire(INDArray matrix, SeedSequence stream);
}
