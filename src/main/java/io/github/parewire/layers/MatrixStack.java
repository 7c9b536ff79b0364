package io.github.parewire.layers;

import io.github.parewire.result.MatrixShape;
import java.util.List;

/**
 * A tensor seen as the matrices of its layer.
 *
 * @param view a view of shape [slices, output neurons, inputs]
 */
public record MatrixStack(TensorView view) {

  /** Checks its argument. */
  public MatrixStack {
    if (view.dims().size() != 3) {
      throw new IllegalArgumentException("expected 3 dimensions, found " + view.dims());
    }
  }

  /** One matrix. */
  static MatrixStack single(TensorView view, long outputs, long inputs) {
    return of(view, 1, outputs, inputs);
  }

  /** The elements of a view, in order, as matrices. */
  static MatrixStack of(TensorView view, long slices, long outputs, long inputs) {
    return new MatrixStack(view.reshape(List.of(slices, outputs, inputs)));
  }

  /** The matrices of the two last axes, one for each index of the others. */
  static MatrixStack ofLastAxes(TensorView view) {
    int rank = view.dims().size();
    return of(
        view,
        ViewStep.product(view.dims().subList(0, rank - 2)),
        view.dims().get(rank - 2),
        view.dims().get(rank - 1));
  }

  /** How many there are, and of which shape. */
  public MatrixShape shape() {
    return new MatrixShape(view.dims().get(0), view.dims().get(1), view.dims().get(2));
  }
}
