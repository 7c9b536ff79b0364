package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Against {@link Arrays#sort(float[])}, bit for bit. */
final class FloatSorterTest {

  private interface Distribution {
    float next(Random random, int i);
  }

  @TestFactory
  Stream<DynamicTest> uniform() {
    return lengths((random, i) -> random.nextFloat() - 0.5f);
  }

  @TestFactory
  Stream<DynamicTest> normal() {
    return lengths((random, i) -> (float) random.nextGaussian() * 0.02f);
  }

  @TestFactory
  Stream<DynamicTest> anyFiniteBits() {
    return lengths(
        (random, i) -> {
          float value = Float.intBitsToFloat(random.nextInt());
          return Float.isFinite(value) ? value : 1;
        });
  }

  @TestFactory
  Stream<DynamicTest> widenedFloat16() {
    return lengths((random, i) -> withoutBits(13, (float) random.nextGaussian() * 0.02f));
  }

  @TestFactory
  Stream<DynamicTest> widenedBfloat16() {
    return lengths((random, i) -> withoutBits(16, (float) random.nextGaussian() * 0.02f));
  }

  @TestFactory
  Stream<DynamicTest> oneThatIsNoWidenedFloat16() {
    return lengths((random, i) -> i == 2500 ? 0.1f : withoutBits(13, random.nextFloat()));
  }

  /** Low bits that all share, and that are not zero, tell nothing either. */
  @TestFactory
  Stream<DynamicTest> sameLowBits() {
    return lengths(
        (random, i) ->
            Float.intBitsToFloat(
                Float.floatToRawIntBits((float) random.nextGaussian()) & ~0x7ff | 0x2a5));
  }

  private static float withoutBits(int count, float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) >> count << count);
  }

  @TestFactory
  Stream<DynamicTest> signedZerosAmongFewValues() {
    float[] values = {-0.0f, 0.0f, 1, -1, Float.MIN_VALUE, -Float.MIN_VALUE};
    return lengths((random, i) -> values[random.nextInt(values.length)]);
  }

  @TestFactory
  Stream<DynamicTest> onlySignedZeros() {
    return lengths((random, i) -> random.nextBoolean() ? -0.0f : 0.0f);
  }

  @TestFactory
  Stream<DynamicTest> allEqual() {
    return lengths((random, i) -> 0.25f);
  }

  @TestFactory
  Stream<DynamicTest> subnormal() {
    return lengths((random, i) -> Float.intBitsToFloat(random.nextInt() & 0x807fffff));
  }

  @TestFactory
  Stream<DynamicTest> widestRange() {
    return lengths((random, i) -> i == 0 ? Float.MAX_VALUE : i == 1 ? -Float.MAX_VALUE : i);
  }

  @TestFactory
  Stream<DynamicTest> oneOutlier() {
    return lengths((random, i) -> i == 0 ? 1e30f : random.nextFloat());
  }

  @TestFactory
  Stream<DynamicTest> halfPrecisionTies() {
    return lengths((random, i) -> Math.round(random.nextGaussian() * 128) / 1024f);
  }

  @TestFactory
  Stream<DynamicTest> ascending() {
    return lengths((random, i) -> i * 0.001f - 1);
  }

  @TestFactory
  Stream<DynamicTest> descending() {
    return lengths((random, i) -> 1 - i * 0.001f);
  }

  private static Stream<DynamicTest> lengths(Distribution distribution) {
    return Stream.of(1, 2, 3, 10, 64, 127, 128, 147, 576, 1000, 2047, 2048, 4608, 25_088)
        .map(
            length ->
                DynamicTest.dynamicTest(
                    "length " + length, () -> assertSorts(distribution, length)));
  }

  private static void assertSorts(Distribution distribution, int length) {
    long seed = 20_260_101;
    Random random = new Random(seed);
    FloatSorter sorter = new FloatSorter(length);
    // Twice, since the work space is used again; the second time with an offset.
    for (int from : new int[] {0, 5}) {
      float[] values = new float[from + length + 3];
      for (int i = 0; i < values.length; i++) {
        values[i] = distribution.next(random, i - from);
      }
      float[] before = values.clone();
      float[] expected = new float[values.length];
      float[] sorted = new float[values.length];
      System.arraycopy(values, from, expected, from, length);
      Arrays.sort(expected, from, from + length);

      sorter.sort(values, sorted, from);

      assertArrayEquals(bits(expected), bits(sorted), "seed " + seed);
      assertArrayEquals(bits(before), bits(values), "the values are left");
    }
  }

  /** Float comparison would take -0.0 for 0.0. */
  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
