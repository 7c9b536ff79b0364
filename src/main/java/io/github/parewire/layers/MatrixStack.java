package io.github.parewire.layers;

import io.github.parewire.result.MatrixShape;
import java.util.List;
import java.util.Optional;

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

  /**
   * The view, of shape [slices, inputs, output neurons], of which these are the matrices turned,
   * rows for columns. Empty if the two last axes are not exchanged at last.
   */
  public Optional<TensorView> turned() {
    List<ViewStep> steps = view.steps();
    int last = steps.size() - 1;
    if (last >= 0 && steps.get(last) instanceof ViewStep.Reshape) {
      last--;
    }
    if (last < 0 || !(steps.get(last) instanceof ViewStep.Permute permute)) {
      return Optional.empty();
    }
    int rank = permute.dims().size();
    boolean joinsOthers = permute.dims().subList(rank - 2, rank).equals(view.dims().subList(1, 3));
    if (!joinsOthers || !permute.axes().equals(TensorView.lastExchanged(rank))) {
      return Optional.empty();
    }
    List<ViewStep> before = steps.subList(0, last);
    List<Long> dims = last == 0 ? view.stored() : before.get(last - 1).dims();
    return Optional.of(
        new TensorView(view.stored(), before, dims)
            .reshape(List.of(view.dims().get(0), view.dims().get(2), view.dims().get(1))));
  }

  /** How many there are, and of which shape. */
  public MatrixShape shape() {
    return new MatrixShape(view.dims().get(0), view.dims().get(1), view.dims().get(2));
  }
}
