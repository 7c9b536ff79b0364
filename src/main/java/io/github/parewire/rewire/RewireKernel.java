package io.github.parewire.rewire;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import java.util.List;

/**
 * Rewires matrices in place: one pass over a matrix's rows, then one over its columns, each with
 * the stream from its start (arXiv 2207.08148), or as another {@link
 * io.github.parewire.options.RewiringRule} has it. The weights are the same afterwards, in another
 * order. Implementations hold no state: one serves all threads.
 */
public interface RewireKernel {

  /**
   * Rewires matrices; each as if it were alone.
   *
   * @throws UnfitMatrixException if the strengths of one are too large for attachment
   *     probabilities; the matrices are worth nothing then
   */
  void rewire(List<SeededMatrix> matrices);

  /**
   * Rewires a matrix.
   *
   * @param matrix [output neurons, inputs], finite
   * @param stream the random stream
   * @throws ArithmeticException if the strengths are too large for attachment probabilities
   */
  default void rewire(Matrix matrix, SeedSequence stream) {
    rewire(List.of(new SeededMatrix(matrix, stream)));
  }

  /** The most weights that a row or column may have. */
  int longestLine();
}
