package io.github.parewire.result;

/**
 * What charts of a layer show.
 *
 * @param inputs strengths of the inputs of all its matrices
 * @param outputs strengths of the output neurons of all its matrices
 * @param before its first matrix in the input
 * @param after its first matrix in the output
 */
public record LayerSketch(
    Histogram inputs, Histogram outputs, MatrixPicture before, MatrixPicture after) {

  /** Bytes that the pictures of all layers of a report may take, a byte a cell. */
  private static final int BUDGET = 1_900_000;

  private static final int LEAST_EDGE = 32;
  private static final int MOST_EDGE = 96;

  /**
   * Layers whose pictures fit the budget, however many there are: the first of them are sketched.
   */
  public static final int MOST_LAYERS = BUDGET / (2 * LEAST_EDGE * LEAST_EDGE);

  /**
   * How large a picture may be.
   *
   * @param layers number of layers in the report
   * @return the most cells along an axis
   */
  public static int edge(int layers) {
    int fits = (int) Math.sqrt(BUDGET / (2.0 * layers));
    return Math.max(LEAST_EDGE, Math.min(MOST_EDGE, fits));
  }
}
