package io.github.parewire.array;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies arrays with their axes permuted. */
final class PermutedCopy {

  private PermutedCopy() {}

  /**
   * A copy whose axis i is axis {@code axes[i]} of the array.
   *
   * @param array contiguous, row-major, FLOAT or DOUBLE
   * @param spare where the copy's memory comes from, if it is made by {@link BlockedTranspose}
   */
  static INDArray of(INDArray array, List<Integer> axes, SpareMemory spare) {
    int rank = axes.size();
    int before = 0;
    while (before < rank && axes.get(before) == before) {
      before++;
    }
    int behind = rank;
    while (behind > before && axes.get(behind - 1) == behind - 1) {
      behind--;
    }
    if (before == behind) {
      return array.dup('c');
    }
    // Two groups of axes that change places, each in its order, are a transposition.
    int second = axes.get(before);
    for (int i = before; i < behind; i++) {
      int rotated = second + i - before;
      if (axes.get(i) != (rotated < behind ? rotated : rotated - (behind - before))) {
        return permute(array, axes);
      }
    }
    long[] shape = axes.stream().mapToLong(array::size).toArray();
    INDArray result = spare.array(array.dataType(), shape);
    new BlockedTranspose(
            product(array, 0, before),
            Math.toIntExact(product(array, before, second)),
            Math.toIntExact(product(array, second, behind)),
            Math.toIntExact(product(array, behind, rank)))
        .copy(array, result);
    return result;
  }

  private static INDArray permute(INDArray array, List<Integer> axes) {
    return array.permute(axes.stream().mapToInt(Integer::intValue).toArray()).dup('c');
  }

  private static long product(INDArray array, int fromAxis, int toAxis) {
    long product = 1;
    for (int axis = fromAxis; axis < toAxis; axis++) {
      product *= array.size(axis);
    }
    return product;
  }
}
