package io.github.parewire.layers;

import io.github.parewire.layers.ViewStep.Permute;
import io.github.parewire.layers.ViewStep.Reshape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Which stored element a view shows where, whichever steps lead there: two views of one tensor show
 * the same exactly if their orders are equal.
 *
 * @param digits loops over the stored elements, the outermost first; no two that are one
 * @param dims the shape that is shown
 */
record ElementOrder(List<Digit> digits, List<Long> dims) {

  /**
   * A loop.
   *
   * @param size how many times, 2 or more
   * @param stride how far apart in the stored tensor
   */
  record Digit(long size, long stride) {}

  /**
   * The order of a view.
   *
   * @return empty if some reshape cuts across an order, as [2, 3] transposed does as [2, 3]; or the
   *     view shows a part only
   */
  static Optional<ElementOrder> of(TensorView view) {
    List<List<Digit>> axes = stored(view.stored());
    for (ViewStep step : view.steps()) {
      if (step instanceof Permute permute) {
        axes = permute.axes().stream().map(axes::get).toList();
      } else {
        Optional<List<List<Digit>>> reshaped =
            step instanceof Reshape reshape ? reshaped(axes, reshape.dims()) : Optional.empty();
        if (reshaped.isEmpty()) {
          return Optional.empty();
        }
        axes = reshaped.get();
      }
    }
    return Optional.of(new ElementOrder(merged(axes), view.dims()));
  }

  private static List<List<Digit>> stored(List<Long> dims) {
    List<List<Digit>> axes = new ArrayList<>();
    long stride = 1;
    for (int axis = dims.size() - 1; axis >= 0; axis--) {
      long size = dims.get(axis);
      axes.add(0, size == 1 ? List.of() : List.of(new Digit(size, stride)));
      stride *= size;
    }
    return axes;
  }

  /** All loops, those that run on where another ends as one. */
  private static List<Digit> merged(List<List<Digit>> axes) {
    List<Digit> merged = new ArrayList<>();
    for (Digit digit : axes.stream().flatMap(List::stream).toList()) {
      Digit outer = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (outer != null && outer.stride() == digit.size() * digit.stride()) {
        merged.set(merged.size() - 1, new Digit(outer.size() * digit.size(), digit.stride()));
      } else {
        merged.add(digit);
      }
    }
    return merged;
  }

  /** The loops of each axis of another shape; empty if a loop does not divide so. */
  private static Optional<List<List<Digit>>> reshaped(List<List<Digit>> axes, List<Long> dims) {
    Deque<Digit> rest = new ArrayDeque<>(merged(axes));
    List<List<Digit>> result = new ArrayList<>();
    for (long dim : dims) {
      List<Digit> axis = new ArrayList<>();
      long missing = dim;
      while (missing > 1 && !rest.isEmpty()) {
        Digit next = rest.pop();
        if (missing % next.size() == 0) {
          axis.add(next);
          missing /= next.size();
        } else if (next.size() % missing == 0) {
          long inner = next.size() / missing;
          axis.add(new Digit(missing, next.stride() * inner));
          rest.push(new Digit(inner, next.stride()));
          missing = 1;
        } else {
          return Optional.empty();
        }
      }
      result.add(axis);
    }
    return Optional.of(result);
  }
}
