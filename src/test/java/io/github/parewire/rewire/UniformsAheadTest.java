package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.parallel.IdleThread;
import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers are the generator's, however they are asked for. */
final class UniformsAheadTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 40_000})
  void theSequenceIsTheGenerators(int count) {
    SeedSequence stream = SeedSequence.of(BigInteger.valueOf(count));
    long[] expected = new long[2 * count];
    stream.generator().fill(expected, expected.length);
    long[] found = new long[2 * count];
    try (UniformsAhead ahead = new UniformsAhead(new IdleThread(), stream.generator())) {
      long[] part = new long[count];
      // Twice, since the first call leaves a state behind.
      for (int call = 0; call < 2; call++) {
        ahead.fill(part, count);
        System.arraycopy(part, 0, found, call * count, count);
      }
    }
    assertArrayEquals(expected, found);
  }
}
