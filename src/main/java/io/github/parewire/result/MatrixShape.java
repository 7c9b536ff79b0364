package io.github.parewire.result;

/**
 * The shape of a layer's matrices.
 *
 * @param slices how many there are: 1, or one for each leading index or group
 * @param outputs output neurons of each, its rows
 * @param inputs inputs of each, its columns
 */
public record MatrixShape(long slices, long outputs, long inputs) {

  /** {@return number of weights in all of them} */
  public long weights() {
    return Math.multiplyExact(slices, Math.multiplyExact(outputs, inputs));
  }
}
