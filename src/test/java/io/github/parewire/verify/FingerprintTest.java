package io.github.parewire.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.onnxruntime.OrtException;
import io.github.parewire.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal for equal multisets of bit patterns, in any order and grouping, and for no others. */
final class FingerprintTest {

  private static List<Long> fingerprint(int bytes, List<Long> patterns, int... groups)
      throws OrtException {
    // The tables come from the seed, so two of one seed are the same function.
    try (Fingerprint fingerprint = Fingerprint.of(bytes, new SplittableRandom(99))) {
      Fingerprint.Sum sum = fingerprint.new Sum();
      int at = 0;
      for (int group : groups) {
        sum.add(elements(bytes, patterns.subList(at, at + group)));
        at += group;
      }
      Fingerprint.Sum rest = fingerprint.new Sum();
      rest.add(elements(bytes, patterns.subList(at, patterns.size())));
      sum.add(rest);
      return sum.words();
    }
  }

  private static ByteBuffer elements(int bytes, List<Long> patterns) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(bytes * patterns.size()).order(ByteOrder.nativeOrder());
    for (long pattern : patterns) {
      switch (bytes) {
        case 1 -> buffer.put((byte) pattern);
        case 2 -> buffer.putShort((short) pattern);
        case 4 -> buffer.putInt((int) pattern);
        default -> buffer.putLong(pattern);
      }
    }
    return buffer.flip();
  }

  private static List<Long> patterns(int bytes) {
    Random random = Seeds.random("fingerprint " + bytes);
    long mask = bytes == 8 ? -1 : (1L << (8 * bytes)) - 1;
    List<Long> patterns = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      patterns.add(i % 5 == 4 ? patterns.get(random.nextInt(i)) : random.nextLong() & mask);
    }
    return patterns;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void orderAndGroupingDoNotMatter(int bytes) throws OrtException {
    List<Long> patterns = patterns(bytes);
    List<Long> shuffled = new ArrayList<>(patterns);
    Collections.shuffle(shuffled, Seeds.random("shuffle"));
    List<Long> expected = fingerprint(bytes, patterns);
    assertEquals(expected, fingerprint(bytes, shuffled));
    assertEquals(expected, fingerprint(bytes, shuffled, 1, 7, 200));
  }

  /** It has 128 bits or more, in words of 64. */
  @Test
  void hasTheWordsThatItsBoundIsAbout() throws OrtException {
    assertEquals(2, fingerprint(1, patterns(1)).size());
    assertEquals(2, fingerprint(2, patterns(2)).size());
    assertEquals(4, fingerprint(4, patterns(4)).size());
    assertEquals(9, fingerprint(8, patterns(8)).size());
  }

  /** Words that always agree would halve the bits that the bound counts. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void noTwoWordsAreTheSame(int bytes) throws OrtException {
    List<Long> words = fingerprint(bytes, patterns(bytes));
    assertEquals(words.size(), Set.copyOf(words).size(), words.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void anyOtherMultisetDiffers(int bytes) throws OrtException {
    List<Long> patterns = patterns(bytes);
    List<Long> expected = fingerprint(bytes, patterns);
    for (int bit = 0; bit < 8 * bytes; bit++) {
      List<Long> other = new ArrayList<>(patterns);
      other.set(17, other.get(17) ^ 1L << bit);
      assertNotEquals(expected, fingerprint(bytes, other), "bit " + bit);
    }
    List<Long> doubled = new ArrayList<>(patterns);
    doubled.set(0, doubled.get(4));
    assertNotEquals(expected, fingerprint(bytes, doubled), "one lost, another twice");
  }

  /**
   * Numbers whose sums, sums of squares and so on up to the seventh powers are equal
   * (Prouhet-Tarry-Escott): a fingerprint by power sums would take them for each other.
   */
  @Test
  void multisetsOfEqualPowerSumsDiffer() throws OrtException {
    List<Long> one = new ArrayList<>();
    List<Long> other = new ArrayList<>();
    for (long i = 0; i < 256; i++) {
      (Long.bitCount(i) % 2 == 0 ? one : other).add(i);
    }
    for (int bytes : new int[] {1, 2, 4, 8}) {
      assertNotEquals(fingerprint(bytes, one), fingerprint(bytes, other), bytes + " bytes");
    }
  }

  /** Halves that change places between elements. */
  @Test
  void halvesBelongTogether() throws OrtException {
    assertNotEquals(
        fingerprint(4, Arrays.asList(0x0001_0002L, 0x0003_0004L)),
        fingerprint(4, Arrays.asList(0x0001_0004L, 0x0003_0002L)));
    assertNotEquals(
        fingerprint(8, Arrays.asList(0x0001_0002_0003_0004L, 0x0005_0006_0007_0008L)),
        fingerprint(8, Arrays.asList(0x0001_0002_0007_0008L, 0x0005_0006_0003_0004L)));
  }
}
