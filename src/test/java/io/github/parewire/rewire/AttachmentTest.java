package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.parewire.numpy.PairwiseSum;
import io.github.parewire.testing.Seeds;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** p, rounded after each step as numpy rounds it. */
final class AttachmentTest {

  private static final double[] STRENGTHS = strengths();

  /** Of any exponent, so that additions round. */
  private static double[] strengths() {
    Random random = Seeds.random("attachment");
    return DoubleStream.generate(random::nextGaussian).limit(300).toArray();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.1, 1, 3, 1e6})
  void addsTheOffsetLast(double offset) {
    double shift = Math.abs(Arrays.stream(STRENGTHS).min().orElseThrow());
    double[] expected = Arrays.stream(STRENGTHS).map(s -> s + shift).map(s -> s + offset).toArray();
    double[] found = new double[STRENGTHS.length];
    Attachment.of(STRENGTHS, offset, found);
    assertArrayEquals(expected, found);
    double[] otherwise = Arrays.stream(STRENGTHS).map(s -> s + (shift + offset)).toArray();
    assertFalse(Arrays.equals(expected, otherwise), "the order of additions matters");

    double sum = PairwiseSum.of(expected, 0, expected.length);
    Attachment.probabilities(STRENGTHS, offset, found);
    assertArrayEquals(Arrays.stream(expected).map(p -> p / sum).toArray(), found);
  }
}
