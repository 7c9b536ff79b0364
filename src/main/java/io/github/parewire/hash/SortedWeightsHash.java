package io.github.parewire.hash;

import io.github.parewire.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * SHA-256 of a tensor's elements, sorted: the same before and after rewiring, and for anybody to
 * check. Elements are sorted as unsigned bit patterns and hashed as little-endian bytes.
 */
public final class SortedWeightsHash {

  private static final int CHUNK = 1 << 16;

  private SortedWeightsHash() {}

  /**
   * Hashes a tensor.
   *
   * @throws IOException if its data file can't be read
   */
  public static String of(StoredTensor tensor) throws IOException {
    int width = tensor.type().bytes();
    int count = Math.toIntExact(tensor.elements());
    return width == Long.BYTES ? hash(longs(tensor, count)) : hash(ints(tensor, count), width);
  }

  private static int[] ints(StoredTensor tensor, int count) throws IOException {
    int[] patterns = new int[count];
    int[] at = {0};
    tensor
        .data()
        .read(
            bytes -> {
              ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
              while (rest.hasRemaining()) {
                patterns[at[0]++] =
                    switch (tensor.type().bytes()) {
                      case 1 -> Byte.toUnsignedInt(rest.get());
                      case 2 -> Short.toUnsignedInt(rest.getShort());
                      default -> rest.getInt();
                    };
              }
            });
    return PatternSort.sort(patterns);
  }

  private static String hash(int[] sorted, int width) {
    MessageDigest digest = Sha256.digest();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int pattern : sorted) {
      switch (width) {
        case 1 -> buffer.put((byte) pattern);
        case 2 -> buffer.putShort((short) pattern);
        default -> buffer.putInt(pattern);
      }
      flushIfFull(buffer, digest);
    }
    digest.update(buffer.flip());
    return Sha256.hex(digest);
  }

  private static long[] longs(StoredTensor tensor, int count) throws IOException {
    long[] patterns = new long[count];
    int[] at = {0};
    tensor
        .data()
        .read(
            bytes -> {
              ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
              while (rest.hasRemaining()) {
                patterns[at[0]++] = rest.getLong() ^ Long.MIN_VALUE;
              }
            });
    Arrays.parallelSort(patterns);
    return patterns;
  }

  private static String hash(long[] sorted) {
    MessageDigest digest = Sha256.digest();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long pattern : sorted) {
      buffer.putLong(pattern ^ Long.MIN_VALUE);
      flushIfFull(buffer, digest);
    }
    digest.update(buffer.flip());
    return Sha256.hex(digest);
  }

  private static void flushIfFull(ByteBuffer buffer, MessageDigest digest) {
    if (buffer.remaining() < Long.BYTES) {
      digest.update(buffer.flip());
      buffer.clear();
    }
  }
}
