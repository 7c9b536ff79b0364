package io.github.parewire.hash;

import io.github.parewire.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * SHA-256 of a tensor's elements, sorted: the same before and after rewiring, and for anybody to
 * check. Elements are sorted as unsigned bit patterns and hashed as little-endian bytes.
 *
 * <p>Patterns of up to 16 bits are counted, which needs no room for them. Longer ones are sorted;
 * if that would take too much room, they are counted by their upper bits, and the tensor is read
 * once more for each range of them.
 */
public final class SortedWeightsHash {

  private static final int DIGIT_BITS = 16;
  private static final int DIGITS = 1 << DIGIT_BITS;

  /** Elements to sort at a time. */
  private static final int MOST = 1 << 25;

  /** Elements to decode at a time: what the caches hold. */
  private static final int BLOCK = 1 << 12;

  private final StoredTensor tensor;
  private final int most;

  /** Bits of a pattern. */
  private final int width;

  private final PatternDigest digest;

  private SortedWeightsHash(StoredTensor tensor, int most) {
    this.tensor = tensor;
    this.most = most;
    width = tensor.type().bytes() * Byte.SIZE;
    digest = new PatternDigest(tensor.type().bytes());
  }

  /**
   * Hashes a tensor.
   *
   * @throws IOException if its data file can't be read
   */
  public static String of(StoredTensor tensor) throws IOException {
    return of(tensor, MOST);
  }

  /**
   * Hashes a tensor.
   *
   * @param most elements to sort at a time
   */
  static String of(StoredTensor tensor, int most) throws IOException {
    SortedWeightsHash hash = new SortedWeightsHash(tensor, most);
    if (hash.width > DIGIT_BITS && tensor.elements() <= most) {
      hash.addSorted(0, -1L >>> (Long.SIZE - hash.width), (int) tensor.elements());
    } else {
      hash.add(0, 0);
    }
    return hash.digest.hex();
  }

  /**
   * Adds the patterns that begin with some bits.
   *
   * @param prefix those bits
   * @param known how many they are
   */
  private void add(long prefix, int known) throws IOException {
    int bits = Math.min(DIGIT_BITS, width - known);
    int shift = width - known - bits;
    long[] counts = counts(prefix, known, shift);
    int from = 0;
    while (from < DIGITS) {
      long digits = prefix << bits | from;
      if (shift == 0) {
        digest.add(digits, counts[from]);
        from++;
      } else if (counts[from] > most) {
        add(digits, known + bits);
        from++;
      } else {
        int end = from;
        long count = 0;
        while (end < DIGITS && count + counts[end] <= most) {
          count += counts[end++];
        }
        addSorted(digits << shift, (((prefix << bits) + end) << shift) - 1, (int) count);
        from = end;
      }
    }
  }

  /** How often each digit, which ends above the lowest bits, occurs behind a prefix. */
  private long[] counts(long prefix, int known, int shift) throws IOException {
    long[] counts = new long[DIGITS];
    read(
        (patterns, count) -> {
          for (int i = 0; i < count; i++) {
            long pattern = patterns[i];
            // A shift by all bits would be none.
            if (known == 0 || pattern >>> (width - known) == prefix) {
              counts[(int) (pattern >>> shift) & (DIGITS - 1)]++;
            }
          }
        });
    return counts;
  }

  /** Adds the patterns from one to another, both inclusive, of which there are so many. */
  private void addSorted(long first, long last, int count) throws IOException {
    if (count == 0) {
      return;
    }
    if (width == Integer.SIZE) {
      int[] found = new int[count];
      int[] at = {0};
      readBetween(first, last, pattern -> found[at[0]++] = (int) pattern);
      for (int pattern : PatternSort.sort(found)) {
        digest.add(pattern);
      }
    } else {
      long[] found = new long[count];
      int[] at = {0};
      readBetween(first, last, pattern -> found[at[0]++] = pattern ^ Long.MIN_VALUE);
      Arrays.parallelSort(found);
      for (long pattern : found) {
        digest.add(pattern ^ Long.MIN_VALUE);
      }
    }
  }

  private void readBetween(long first, long last, LongConsumer consumer) throws IOException {
    read(
        (patterns, count) -> {
          for (int i = 0; i < count; i++) {
            long pattern = patterns[i];
            if (Long.compareUnsigned(pattern - first, last - first) <= 0) {
              consumer.accept(pattern);
            }
          }
        });
  }

  /** Takes some patterns, from an array's start on. */
  private interface PatternsConsumer {
    void accept(long[] patterns, int count);
  }

  private void read(PatternsConsumer consumer) throws IOException {
    long[] block = new long[BLOCK];
    int bytes = width / Byte.SIZE;
    tensor
        .data()
        .read(
            elements -> {
              ByteBuffer rest = elements.duplicate().order(ByteOrder.LITTLE_ENDIAN);
              while (rest.hasRemaining()) {
                int count = Math.min(BLOCK, rest.remaining() / bytes);
                decode(rest, bytes, block, count);
                consumer.accept(block, count);
              }
            });
  }

  private static void decode(ByteBuffer from, int bytes, long[] into, int count) {
    switch (bytes) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          into[i] = Byte.toUnsignedLong(from.get());
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          into[i] = Short.toUnsignedLong(from.getShort());
        }
      }
      case 4 -> {
        for (int i = 0; i < count; i++) {
          into[i] = Integer.toUnsignedLong(from.getInt());
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          into[i] = from.getLong();
        }
      }
    }
  }
}
