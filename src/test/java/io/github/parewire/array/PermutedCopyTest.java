package io.github.parewire.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every permutation of up to five axes, against ND4J's permute. */
final class PermutedCopyTest {

  @Test
  void equalsPermute() {
    long[] dims = {3, 4, 1, 5, 2};
    for (int rank = 1; rank <= dims.length; rank++) {
      long[] shape = java.util.Arrays.copyOf(dims, rank);
      long size = java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      INDArray array = Nd4j.arange(size).castTo(DataType.FLOAT).reshape('c', shape);
      for (List<Integer> axes : permutations(rank)) {
        int[] order = axes.stream().mapToInt(Integer::intValue).toArray();
        INDArray expected = array.permute(order).dup('c');
        INDArray found = PermutedCopy.of(array, axes, new SpareMemory(0));
        assertArrayEquals(expected.shape(), found.shape(), axes.toString());
        assertArrayEquals(expected.data().asFloat(), found.data().asFloat(), axes.toString());
      }
    }
  }

  private static List<List<Integer>> permutations(int count) {
    if (count == 0) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (List<Integer> shorter : permutations(count - 1)) {
      for (int at = 0; at <= shorter.size(); at++) {
        List<Integer> longer = new ArrayList<>(shorter);
        longer.add(at, count - 1);
        all.add(longer);
      }
    }
    return all;
  }
}
