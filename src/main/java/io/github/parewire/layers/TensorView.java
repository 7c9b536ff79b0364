package io.github.parewire.layers;

import io.github.parewire.layers.ViewStep.Part;
import io.github.parewire.layers.ViewStep.Permute;
import io.github.parewire.layers.ViewStep.Reshape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a stored tensor is seen: steps that only move its elements. Two views that are equal show the
 * same; two that show the same have an equal {@link ElementOrder}.
 *
 * @param stored shape of the stored tensor
 * @param steps from the stored tensor on; no two neighbours of one kind, none without effect
 * @param dims shape of what is seen
 */
public record TensorView(List<Long> stored, List<ViewStep> steps, List<Long> dims) {

  /** More than exporters use. ND4J says it has 32, and overwrites its stack from 15 on. */
  private static final int MAX_RANK = 8;

  /** More than any exporter puts between a weight and its operator. */
  private static final int MAX_STEPS = 256;

  /** Copies its arguments. */
  public TensorView {
    stored = List.copyOf(stored);
    steps = List.copyOf(steps);
    dims = List.copyOf(dims);
  }

  /**
   * The tensor itself.
   *
   * @throws UnclearViewException if it has more dimensions than an array can have
   */
  static TensorView of(List<Long> stored) {
    requireRank(stored);
    return new TensorView(stored, List.of(), stored);
  }

  /**
   * This view, axes permuted.
   *
   * @throws IllegalArgumentException if {@code axes} is no permutation
   */
  TensorView permute(List<Integer> axes) {
    Permute step = Permute.of(dims, axes);
    if (axes.equals(identity(axes.size()))) {
      return this;
    }
    if (!steps.isEmpty() && last() instanceof Permute before) {
      List<Integer> both = axes.stream().map(before.axes()::get).toList();
      return withoutLast().permute(both);
    }
    return with(step);
  }

  /**
   * This view in another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  TensorView reshape(List<Long> shape) {
    Reshape step = Reshape.of(dims, shape);
    if (shape.equals(dims)) {
      return this;
    }
    if (!steps.isEmpty() && last() instanceof Reshape) {
      return withoutLast().reshape(shape);
    }
    return with(step);
  }

  /**
   * Some neighbouring indices of one axis.
   *
   * @throws IllegalArgumentException if they are not all there
   */
  TensorView part(int axis, long from, long length) {
    Part step = Part.of(dims, axis, from, length);
    return length == dims.get(axis) ? this : with(step);
  }

  /** Whether this shows some of the elements only. */
  boolean isPart() {
    return steps.stream().anyMatch(Part.class::isInstance);
  }

  /** The shape in which this view sees the elements as long as they lie as they are stored. */
  public List<Long> dimsAsStored() {
    return !steps.isEmpty() && steps.get(0) instanceof Reshape reshape ? reshape.dims() : stored;
  }

  /** This view, the two last axes exchanged. */
  TensorView transposeLast() {
    return permute(lastExchanged(dims.size()));
  }

  /** The axes of a permutation that exchanges the last two of some. */
  static List<Integer> lastExchanged(int rank) {
    List<Integer> axes = new ArrayList<>(identity(rank));
    Collections.swap(axes, rank - 2, rank - 1);
    return axes;
  }

  private ViewStep last() {
    return steps.get(steps.size() - 1);
  }

  private TensorView withoutLast() {
    List<ViewStep> rest = steps.subList(0, steps.size() - 1);
    return new TensorView(stored, rest, rest.isEmpty() ? stored : rest.get(rest.size() - 1).dims());
  }

  private static void requireRank(List<Long> dims) {
    if (dims.size() > MAX_RANK) {
      throw new UnclearViewException("it has more than " + MAX_RANK + " dimensions");
    }
  }

  private TensorView with(ViewStep step) {
    requireRank(step.dims());
    if (steps.size() == MAX_STEPS) {
      throw new UnclearViewException("it is laid out anew more than " + MAX_STEPS + " times");
    }
    List<ViewStep> more = new ArrayList<>(steps);
    more.add(step);
    return new TensorView(stored, more, step.dims());
  }

  private static List<Integer> identity(int rank) {
    return IntStream.range(0, rank).boxed().toList();
  }
}
