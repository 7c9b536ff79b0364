package io.github.parewire.layers;

import io.github.parewire.model.StoredTensor;
import io.github.parewire.result.LayerDescription;
import io.github.parewire.result.MatrixShape;
import java.util.Optional;

/**
 * The weight of a dense or conv layer, in an open file.
 *
 * @param number the layer's number, which its random stream depends on; 0-based, in the order in
 *     which the model's operators first use the weights
 * @param tensor the stored weight
 * @param use how an operator uses it
 * @param obstacle why it is left unless the user names it, if so
 */
public record Layer(int number, StoredTensor tensor, WeightUse use, Optional<String> obstacle) {

  /** The shape of the layer's matrices. */
  public MatrixShape matrix() {
    return use.matrices().shape();
  }

  /** What the layer is, for when the file is closed. */
  public LayerDescription description() {
    return new LayerDescription(
        number,
        tensor.name(),
        use.operator(),
        use.node(),
        tensor.dims(),
        tensor.type().text(),
        tensor.data().form(),
        matrix(),
        use.fans());
  }
}
