package io.github.parewire.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which matrices can be had by turning those that are stored. */
final class MatrixStackTest {

  private static TensorView stored(long... dims) {
    return TensorView.of(java.util.Arrays.stream(dims).boxed().toList());
  }

  /** As a view that turned gives the matrices. */
  private static Optional<TensorView> view(TensorView stored, long... dims) {
    return Optional.of(stored.reshape(java.util.Arrays.stream(dims).boxed().toList()));
  }

  @Test
  void thoseOfMatMulAre() {
    TensorView weight = stored(5, 7);
    MatrixStack stack = MatrixStack.single(weight.transposeLast(), 7, 5);
    assertEquals(view(weight, 1, 5, 7), stack.turned());
  }

  @Test
  void thoseOfABatchAre() {
    TensorView weight = stored(2, 3, 5, 7);
    MatrixStack stack = MatrixStack.ofLastAxes(weight.transposeLast());
    assertEquals(view(weight, 6, 5, 7), stack.turned());
  }

  @Test
  void thoseOfAnotherViewAre() {
    TensorView weight = stored(5, 6, 7).permute(List.of(1, 0, 2)).reshape(List.of(3L, 70L));
    assertEquals(Optional.empty(), MatrixStack.ofLastAxes(weight).turned());
    assertEquals(view(weight, 1, 3, 70), MatrixStack.ofLastAxes(weight.transposeLast()).turned());
  }

  @Test
  void thoseThatLieAsTheyAreStoredAreNot() {
    assertEquals(Optional.empty(), MatrixStack.ofLastAxes(stored(5, 7)).turned());
    assertEquals(Optional.empty(), MatrixStack.single(stored(5, 3, 7), 5, 21).turned());
  }

  /** TensorFlow's kernels: [height, width, inputs, outputs]. */
  @Test
  void thoseOfOtherPermutationsAreNot() {
    TensorView kernel = stored(3, 3, 4, 8).permute(List.of(3, 2, 0, 1));
    assertEquals(Optional.empty(), MatrixStack.single(kernel, 8, 36).turned());
    TensorView others = stored(2, 3, 5, 7).permute(List.of(1, 0, 3, 2));
    assertEquals(Optional.empty(), MatrixStack.ofLastAxes(others).turned());
  }

  /** The exchanged axes go on in other lines. */
  @Test
  void thoseThatAreCutAnewAreNot() {
    TensorView weight = stored(6, 7).transposeLast();
    assertEquals(Optional.empty(), MatrixStack.single(weight, 14, 3).turned());
    assertEquals(Optional.empty(), MatrixStack.of(weight, 7, 2, 3).turned());
    assertEquals(
        Optional.empty(), MatrixStack.single(stored(2, 5, 7).transposeLast(), 14, 5).turned());
  }
}
