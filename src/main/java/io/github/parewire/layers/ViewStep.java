package io.github.parewire.layers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One step from a stored tensor towards the matrix of its layer: a bijection of elements, or a part
 * of them. The views of layers have no parts: see {@link Parts}.
 */
public sealed interface ViewStep {

  /** The shape of the result. */
  List<Long> dims();

  /**
   * Axes in another order.
   *
   * @param axes axis i of the result is axis {@code axes[i]} of the source
   * @param dims shape of the result
   */
  record Permute(List<Integer> axes, List<Long> dims) implements ViewStep {

    /** Copies its arguments. */
    public Permute {
      axes = List.copyOf(axes);
      dims = List.copyOf(dims);
    }

    /**
     * Permutes a shape.
     *
     * @throws IllegalArgumentException if {@code axes} is no permutation of the source's axes
     */
    static Permute of(List<Long> source, List<Integer> axes) {
      List<Integer> sorted = new ArrayList<>(axes);
      Collections.sort(sorted);
      if (!sorted.equals(IntStream.range(0, source.size()).boxed().toList())) {
        throw new IllegalArgumentException(
            "expected a permutation of " + source.size() + " axes, found " + axes);
      }
      return new Permute(axes, axes.stream().map(source::get).toList());
    }

    /** The permutation that undoes this one. */
    public List<Integer> inverse() {
      Integer[] inverse = new Integer[axes.size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[axes.get(i)] = i;
      }
      return List.of(inverse);
    }
  }

  /**
   * Another shape of the same elements in row-major order.
   *
   * @param dims shape of the result
   */
  record Reshape(List<Long> dims) implements ViewStep {

    /** Copies its argument. */
    public Reshape {
      dims = List.copyOf(dims);
    }

    /**
     * Reshapes a shape.
     *
     * @throws IllegalArgumentException if the two have not the same number of elements
     */
    static Reshape of(List<Long> source, List<Long> dims) {
      boolean isNegative = dims.stream().anyMatch(dim -> dim < 0);
      if (isNegative || product(source) != product(dims)) {
        throw new IllegalArgumentException("can't reshape " + source + " to " + dims);
      }
      return new Reshape(dims);
    }
  }

  /**
   * Some neighbouring indices of one axis.
   *
   * @param axis the axis
   * @param from the first index
   * @param dims shape of the result
   */
  record Part(int axis, long from, List<Long> dims) implements ViewStep {

    /** Copies its arguments. */
    public Part {
      dims = List.copyOf(dims);
    }

    /**
     * Takes a part of a shape.
     *
     * @throws IllegalArgumentException if the indices are not all there
     */
    static Part of(List<Long> source, int axis, long from, long length) {
      if (from < 0 || length < 0 || from > source.get(axis) - length) {
        throw new IllegalArgumentException(
            "can't take " + length + " from index " + from + " of axis " + axis + " of " + source);
      }
      List<Long> dims = new ArrayList<>(source);
      dims.set(axis, length);
      return new Part(axis, from, dims);
    }

    /** How many indices. */
    long length() {
      return dims.get(axis);
    }
  }

  /** The number of elements of a shape. */
  static long product(List<Long> dims) {
    return dims.stream().flatMapToLong(LongStream::of).reduce(1, Math::multiplyExact);
  }
}
