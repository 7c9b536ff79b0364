package io.github.parewire.result;

import java.util.List;

/**
 * A weight of a recurrent layer, as it is: measured, and never rewired.
 *
 * @param tensor its name
 * @param operator LSTM, GRU or RNN
 * @param node the node's name; may be empty
 * @param dims the shape of the tensor as it is stored
 * @param type its elements' type
 * @param matrix a matrix a direction, of [gates x hidden, inputs]
 * @param statistics of its weights
 * @param centrality of its neurons
 */
public record RecurrentInspection(
    String tensor,
    String operator,
    String node,
    List<Long> dims,
    String type,
    MatrixShape matrix,
    LayerStatistics statistics,
    Centrality centrality) {

  /** Copies its arguments. */
  public RecurrentInspection {
    dims = List.copyOf(dims);
  }
}
