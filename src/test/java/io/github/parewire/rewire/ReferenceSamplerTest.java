package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.testing.NaiveRewiring;
import java.math.BigInteger;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against the algorithm as numpy has it. */
final class ReferenceSamplerTest {

  private interface Distribution {
    double next(Random random, int i);
  }

  @TestFactory
  Stream<DynamicTest> equalStrengths() {
    return lengths((random, i) -> 0);
  }

  @TestFactory
  Stream<DynamicTest> smallStrengths() {
    return lengths((random, i) -> random.nextGaussian() * 0.1);
  }

  @TestFactory
  Stream<DynamicTest> largeStrengths() {
    return lengths((random, i) -> random.nextGaussian() * 30);
  }

  /** Thresholds crowd in few buckets of the table, and draws take many rounds. */
  @TestFactory
  Stream<DynamicTest> strengthsOfAllMagnitudes() {
    return lengths((random, i) -> Math.exp(random.nextDouble() * 12));
  }

  @TestFactory
  Stream<DynamicTest> oneDominates() {
    return lengths((random, i) -> i == 1 ? 1e6 : 0);
  }

  private static Stream<DynamicTest> lengths(Distribution distribution) {
    IntStream small = IntStream.rangeClosed(1, 34);
    IntStream large = IntStream.of(64, 127, 128, 129, 147, 576, 1024, 4608);
    return IntStream.concat(small, large)
        .mapToObj(
            length ->
                DynamicTest.dynamicTest(
                    "length " + length, () -> assertDraws(distribution, length)));
  }

  private static void assertDraws(Distribution distribution, int length) {
    long seed = 7_000 + length;
    Random random = new Random(seed);
    SeedSequence stream = SeedSequence.of(BigInteger.valueOf(seed));
    Pcg64 slow = stream.generator();
    Pcg64 fast = stream.generator();
    ReferenceSampler sampler = new ReferenceSampler(length, 1);
    int[] order = new int[length];
    double[] strength = new double[length];
    for (int draw = 0; draw < (length < 100 ? 50 : 3); draw++) {
      for (int i = 0; i < length; i++) {
        strength[i] = distribution.next(random, i);
      }
      sampler.draw(strength, fast, order);
      assertArrayEquals(
          NaiveRewiring.order(strength, slow, 1), order, "seed " + seed + ", draw " + draw);
    }
  }

  @Test
  void refusesStrengthsThatOverflow() {
    assertRefused(Double.MAX_VALUE, Double.MAX_VALUE);
    assertRefused(-Double.MAX_VALUE, Double.MAX_VALUE);
    assertRefused(Double.POSITIVE_INFINITY, 0);
    assertRefused(0, Double.NEGATIVE_INFINITY);
    assertRefused(0, Double.NaN);
    assertRefused(Double.NaN, 0);
  }

  private static void assertRefused(double... strength) {
    Pcg64 random = SeedSequence.of(BigInteger.ONE).generator();
    ReferenceSampler sampler = new ReferenceSampler(strength.length, 1);
    int[] order = new int[strength.length];
    assertThrows(ArithmeticException.class, () -> sampler.draw(strength, random, order));
  }
}
