package io.github.parewire.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Orders that numpy 2.4.6 draws from {@code SeedSequence(3, spawn_key=(1,))}. */
final class PermutationsTest {

  private final Permutations random =
      new Permutations(SeedSequence.of(BigInteger.valueOf(3)).child(1).generator());

  private static int[] order(Permutations random, int count) {
    int[] order = IntStream.range(0, count).toArray();
    random.shuffle(
        count,
        (one, other) -> {
          int moved = order[(int) one];
          order[(int) one] = order[(int) other];
          order[(int) other] = moved;
        });
    return order;
  }

  /** A word's upper half is left over for the next one. */
  @Test
  void ordersInARowAreNumpys() {
    assertArrayEquals(new int[] {4, 1, 7, 3, 6, 10, 8, 2, 0, 5, 9}, order(random, 11));
    assertArrayEquals(new int[] {1, 0, 3, 2}, order(random, 4));
    assertArrayEquals(new int[] {0}, order(random, 1));
    assertArrayEquals(new int[] {0, 5, 7, 6, 2, 4, 3, 8, 1}, order(random, 9));
  }

  @Test
  void aCopyGoesOnToTheSameOrders() {
    order(random, 11);
    Permutations copy = random.copy();
    assertArrayEquals(order(random, 8), order(copy, 8));
    assertArrayEquals(order(random, 6), order(copy, 6));
  }

  /** From 2^32 on, numpy takes whole words. */
  @Test
  void placesBeyond32Bits() {
    List<Long> places = new ArrayList<>();
    assertThrows(
        IllegalStateException.class,
        () ->
            random.shuffle(
                (1L << 33) + 5,
                (one, other) -> {
                  assertEquals((1L << 33) + 4 - places.size(), one);
                  places.add(other);
                  if (places.size() == 4) {
                    throw new IllegalStateException("that is enough");
                  }
                }));
    assertEquals(List.of(7353368972L, 4978260565L, 2257181247L, 4377383438L), places);
  }
}
