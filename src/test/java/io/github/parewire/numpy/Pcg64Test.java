package io.github.parewire.numpy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filling arrays, against one number at a time. */
final class Pcg64Test {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000, 70_000})
  void fillEqualsNextDouble(int count) {
    SeedSequence stream = SeedSequence.of(BigInteger.valueOf(count));
    Pcg64 expected = stream.generator();
    assertEqualStreams(expected, stream.generator(), count);
  }

  private static void assertEqualStreams(Pcg64 expected, UniformSource found, int count) {
    long[] fractions = new long[count];
    // Twice, since the first call leaves a state behind.
    for (int call = 0; call < 2; call++) {
      found.fill(fractions, count);
      for (int i = 0; i < count; i++) {
        assertEquals(expected.nextDouble(), fractions[i] * 0x1.0p-53, "number " + i);
      }
    }
  }
}
