package io.github.parewire.testing;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A tensor of positions: each element says where in the stored tensor its value is. Moved as ONNX's
 * layout operators move elements, by coordinates.
 */
public final class IndexTensor {

  private final int[] dims;
  private final int[] positions;

  private IndexTensor(int[] dims, int[] positions) {
    this.dims = dims;
    this.positions = positions;
  }

  /** The stored tensor itself. */
  public static IndexTensor stored(int... dims) {
    int count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    return new IndexTensor(dims.clone(), IntStream.range(0, count).toArray());
  }

  /** Transpose. */
  public IndexTensor transpose(int... perm) {
    int rank = dims.length;
    int[] target = new int[rank];
    Arrays.setAll(target, axis -> dims[perm[axis]]);
    int[] moved = new int[positions.length];
    int[] at = new int[rank];
    for (int i = 0; i < moved.length; i++) {
      int[] source = new int[rank];
      for (int axis = 0; axis < rank; axis++) {
        source[perm[axis]] = at[axis];
      }
      moved[i] = at(source);
      advance(at, target);
    }
    return new IndexTensor(target, moved);
  }

  /** Reshape, to a shape without 0 or -1. */
  public IndexTensor reshape(int... shape) {
    return new IndexTensor(shape.clone(), positions);
  }

  /** The position behind an element. */
  public int at(int... coordinates) {
    int flat = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      flat = flat * dims[axis] + coordinates[axis];
    }
    return positions[flat];
  }

  /** The shape. */
  public int[] dims() {
    return dims.clone();
  }

  /** Position i in row-major order. */
  public int flat(int i) {
    return positions[i];
  }

  private static void advance(int[] at, int[] dims) {
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (++at[axis] < dims[axis]) {
        return;
      }
      at[axis] = 0;
    }
  }
}
