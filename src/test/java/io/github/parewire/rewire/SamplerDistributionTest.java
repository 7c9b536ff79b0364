package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both samplers draw every order as often as drawing without replacement does. */
final class SamplerDistributionTest {

  private static final int DRAWS = 200_000;

  /**
   * Chi-squared is below this with a probability of 1 - 10^-6, by the number of columns: for 1, 5,
   * 23 and 119 degrees of freedom.
   */
  private static final Map<Integer, Double> LIMITS = Map.of(2, 23.9, 3, 35.9, 4, 70.6, 5, 207.2);

  private static final double[] STRENGTHS = {-0.7, 0.2, 1.9, -0.1, 0.6};

  @ParameterizedTest
  @EnumSource
  void frequenciesOfAllOrdersFollowThePlackettLuceLaw(SamplerKind kind) {
    LIMITS.forEach((columns, limit) -> assertFollowsTheLaw(kind, columns, limit));
  }

  private static void assertFollowsTheLaw(SamplerKind kind, int columns, double limit) {
    double[] strength = Arrays.copyOf(STRENGTHS, columns);
    Pcg64 random =
        new SeedSequence(BigInteger.valueOf(2024), List.of(kind.ordinal(), columns)).generator();
    Sampler sampler = Sampler.of(Selection.Draw.authors(kind), columns);
    Map<List<Integer>, Integer> counts = new HashMap<>();
    int[] order = new int[columns];
    for (int i = 0; i < DRAWS; i++) {
      sampler.draw(strength, random, order);
      counts.merge(Arrays.stream(order).boxed().toList(), 1, Integer::sum);
    }
    double[] probability = new double[columns];
    Attachment.probabilities(strength, 1, probability);
    assertEquals(IntStream.rangeClosed(1, columns).reduce(1, (a, b) -> a * b), counts.size());
    double chiSquared = 0;
    for (Map.Entry<List<Integer>, Integer> entry : counts.entrySet()) {
      double expected = DRAWS * probabilityOf(entry.getKey(), probability);
      chiSquared += Math.pow(entry.getValue() - expected, 2) / expected;
    }
    assertTrue(chiSquared < limit, columns + " columns, chi-squared " + chiSquared);
  }

  /** Each column's share among those still missing, multiplied. */
  private static double probabilityOf(List<Integer> order, double[] probability) {
    double left = 1;
    double product = 1;
    for (int column : order) {
      product *= probability[column] / left;
      left -= probability[column];
    }
    return product;
  }

  @Test
  void exponentialOrderIsThatOfTheKeys() {
    Random random = Seeds.random("exponential");
    for (int columns : new int[] {1, 2, 3, 7, 64, 1000}) {
      double[] strength = random.doubles(columns, -1, 1).toArray();
      SeedSequence stream = SeedSequence.of(BigInteger.valueOf(columns));
      int[] order = new int[columns];
      new ExponentialSampler(columns, 1).draw(strength, stream.generator(), order);

      double[] attachment = new double[columns];
      Attachment.of(strength, 1, attachment);
      long[] fractions = new long[columns];
      stream.generator().fill(fractions, columns);
      Integer[] expected = IntStream.range(0, columns).boxed().toArray(Integer[]::new);
      Arrays.sort(
          expected,
          (a, b) ->
              Double.compare(
                  -StrictMath.log1p(-fractions[a] * 0x1.0p-53) / attachment[a],
                  -StrictMath.log1p(-fractions[b] * 0x1.0p-53) / attachment[b]));
      assertEquals(List.of(expected), Arrays.stream(order).boxed().toList());
    }
  }
}
