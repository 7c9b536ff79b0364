package io.github.parewire.rewire;

import java.util.Arrays;

/**
 * Sorts float32 values as {@link Arrays#sort(float[])} does, five times as fast.
 *
 * <p>Long lines by a radix sort of their bits (three digits of 11 bits, lowest first). Short ones,
 * whose histograms would take longer than the rest, are spread over buckets of equal width and
 * finished by insertion; if they crowd in few buckets, by one of the others.
 *
 * <p>Each loop is a method of its own: the JVM compiles a loop that is already running together
 * with all that follows it in its method, and would do so for each loop of a method anew.
 */
final class FloatSorter {

  /** From this length on the radix sort is the fastest. */
  static final int RADIX_FROM = 2048;

  /** From this length on the radix sort is faster than comparisons. */
  static final int RADIX_RATHER_THAN_COMPARE_FROM = 128;

  private static final int DIGIT_BITS = 11;
  private static final int DIGITS = 1 << DIGIT_BITS;
  private static final int MASK = DIGITS - 1;

  /** Most pairs of values in one bucket that insertion is to sort, for each value. */
  private static final int CROWDED = 8;

  private final int length;
  private final int[] keys;
  private final int[] other;

  /** A bucket's size, then where its next value goes; twice to four times as many as values. */
  private final int[] buckets;

  private final int[] low;
  private final int[] middle;
  private final int[] high;

  /** The least and the greatest of the values at hand. */
  private float least;

  private float greatest;

  /**
   * Makes work space.
   *
   * @param length number of values to sort at a time
   */
  FloatSorter(int length) {
    this.length = length;
    keys = new int[length];
    other = new int[length];
    buckets = new int[length < RADIX_FROM ? Integer.highestOneBit(length) * 4 : 0];
    int digits = length < RADIX_RATHER_THAN_COMPARE_FROM ? 0 : DIGITS;
    low = new int[digits];
    middle = new int[digits];
    high = new int[digits];
  }

  /**
   * Sorts the values from a place on into {@code sorted}, from the same place on, ascending, -0.0
   * before 0.0.
   *
   * @param values the values, all finite; left as they are
   */
  void sort(float[] values, float[] sorted, int from) {
    if (buckets.length > 0 && bucketSort(values, sorted, from)) {
      return;
    }
    if (low.length > 0) {
      radixSort(values, sorted, from);
    } else {
      System.arraycopy(values, from, sorted, from, length);
      Arrays.sort(sorted, from, from + length);
    }
  }

  /** Returns false, having sorted nothing, if the values crowd. */
  private boolean bucketSort(float[] values, float[] sorted, int from) {
    findRange(values, from);
    float scale = (buckets.length - 1) / (greatest - least);
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      return false;
    }
    assignBuckets(values, from, scale);
    Arrays.fill(buckets, 0);
    countBuckets();
    if (toStartsCountingPairs(buckets) > CROWDED * length) {
      return false;
    }
    spreadOverBuckets(values, from);
    insertionSort();
    putKeys(sorted, from);
    return true;
  }

  private void findRange(float[] values, int from) {
    float min = values[from];
    float max = min;
    for (int i = from; i < from + length; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    least = min;
    greatest = max;
  }

  /** Subtraction, product and cut keep order: no value is in a bucket before a lesser's. */
  private void assignBuckets(float[] values, int from, float scale) {
    float min = least;
    for (int i = 0; i < length; i++) {
      other[i] = (int) ((values[from + i] - min) * scale);
    }
  }

  private void countBuckets() {
    for (int i = 0; i < length; i++) {
      buckets[other[i]]++;
    }
  }

  private static int toStartsCountingPairs(int[] counts) {
    int start = 0;
    int pairs = 0;
    for (int i = 0; i < counts.length; i++) {
      int count = counts[i];
      counts[i] = start;
      start += count;
      pairs += count * count;
    }
    return pairs;
  }

  private void spreadOverBuckets(float[] values, int from) {
    for (int i = 0; i < length; i++) {
      keys[buckets[other[i]]++] = toSignedKey(values[from + i]);
    }
  }

  private void insertionSort() {
    int last = keys[0];
    for (int i = 1; i < length; i++) {
      int key = keys[i];
      if (key >= last) {
        last = key;
      } else {
        int j = i;
        do {
          keys[j] = keys[j - 1];
          j--;
        } while (j > 0 && keys[j - 1] > key);
        keys[j] = key;
      }
    }
  }

  private void putKeys(float[] sorted, int from) {
    for (int i = 0; i < length; i++) {
      sorted[from + i] = fromSignedKey(keys[i]);
    }
  }

  private void radixSort(float[] values, float[] sorted, int from) {
    Arrays.fill(middle, 0);
    Arrays.fill(high, 0);
    if (hasLowDigit(values, from)) {
      Arrays.fill(low, 0);
      countDigits(values, from);
      toStarts(low, 0);
      spread(keys, other, low, 0);
    } else {
      countUpperDigits(values, from);
    }
    toStarts(middle, 0);
    toStarts(high, from);
    spread(other, keys, middle, DIGIT_BITS);
    spreadByHigh(sorted);
  }

  /** Widened float16 and bfloat16 values have none: as keys they share their lowest bits. */
  private boolean hasLowDigit(float[] values, int from) {
    int first = Float.floatToRawIntBits(values[from]);
    for (int i = from; i < from + length; i++) {
      if (((Float.floatToRawIntBits(values[i]) ^ first) & MASK) != 0) {
        return true;
      }
    }
    return false;
  }

  private void countDigits(float[] values, int from) {
    for (int i = 0; i < length; i++) {
      int key = toKey(values[from + i]);
      keys[i] = key;
      low[key & MASK]++;
      middle[(key >>> DIGIT_BITS) & MASK]++;
      high[key >>> (2 * DIGIT_BITS)]++;
    }
  }

  private void countUpperDigits(float[] values, int from) {
    for (int i = 0; i < length; i++) {
      int key = toKey(values[from + i]);
      other[i] = key;
      middle[(key >>> DIGIT_BITS) & MASK]++;
      high[key >>> (2 * DIGIT_BITS)]++;
    }
  }

  private void spread(int[] source, int[] target, int[] starts, int shift) {
    for (int i = 0; i < length; i++) {
      int key = source[i];
      target[starts[(key >>> shift) & MASK]++] = key;
    }
  }

  private void spreadByHigh(float[] sorted) {
    for (int i = 0; i < length; i++) {
      int key = keys[i];
      sorted[high[key >>> (2 * DIGIT_BITS)]++] = toFloat(key);
    }
  }

  private static void toStarts(int[] counts, int from) {
    int start = from;
    for (int i = 0; i < counts.length; i++) {
      int count = counts[i];
      counts[i] = start;
      start += count;
    }
  }

  /** Bits whose unsigned order is the order of the values: negative ones are inverted. */
  private static int toKey(float value) {
    return toSignedKey(value) ^ Integer.MIN_VALUE;
  }

  private static float toFloat(int key) {
    return fromSignedKey(key ^ Integer.MIN_VALUE);
  }

  /** Bits whose signed order is the order of the values. */
  private static int toSignedKey(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  private static float fromSignedKey(int key) {
    return Float.intBitsToFloat(key ^ ((key >> 31) & Integer.MAX_VALUE));
  }
}
