package io.github.parewire.layers;

import io.github.parewire.model.StoredTensor;
import io.github.parewire.result.FixedPattern;
import io.github.parewire.result.FixedPattern.Strength;
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
 * @param pattern what its weights show, if they have been looked at and are no mere draws
 */
public record Layer(
    int number,
    StoredTensor tensor,
    WeightUse use,
    Optional<String> obstacle,
    Optional<FixedPattern> pattern) {

  /** This layer, whose weights show a pattern: if they surely do, that is an obstacle. */
  public Layer withPattern(FixedPattern found) {
    return new Layer(
        number,
        tensor,
        use,
        obstacle.or(
            () ->
                found.strength() == Strength.SURE
                    ? Optional.of("fixed filter: " + found.what())
                    : Optional.empty()),
        Optional.of(found));
  }

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
