package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.numpy.SeedSequence;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strongest first, of equal ones the last; whole rewirings are in JavaKernelTest. */
final class GreedyOrderTest {

  private static int[] order(double... strengths) {
    int[] order = new int[strengths.length];
    new GreedyOrder(strengths.length)
        .draw(strengths, SeedSequence.of(BigInteger.ONE).generator(), order);
    return order;
  }

  @Test
  void theStrongestComesFirstAndOfEqualOnesTheLast() {
    assertArrayEquals(new int[] {0}, order(3));
    assertArrayEquals(new int[] {2, 0, 1}, order(0, -1, 4));
    assertArrayEquals(new int[] {3, 1, 4, 2, 0}, order(-2, 7, -2, 7, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN})
  void strengthsThatOverflowAreRefused(double strength) {
    assertThrows(ArithmeticException.class, () -> order(0, strength));
  }
}
