package io.github.parewire.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/** SHA-256 of bit patterns, as little-endian bytes of some width. */
final class PatternDigest {

  private static final int CHUNK = 1 << 16;

  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  private final int bytes;

  /**
   * Begins with none.
   *
   * @param bytes of a pattern: 1, 2, 4 or 8
   */
  PatternDigest(int bytes) {
    this.bytes = bytes;
  }

  /** Adds a pattern. */
  void add(long pattern) {
    if (!buffer.hasRemaining()) {
      flush();
    }
    switch (bytes) {
      case 1 -> buffer.put((byte) pattern);
      case 2 -> buffer.putShort((short) pattern);
      case 4 -> buffer.putInt((int) pattern);
      default -> buffer.putLong(pattern);
    }
  }

  /** Adds a pattern so many times. */
  void add(long pattern, long times) {
    for (long i = 0; i < times; i++) {
      add(pattern);
    }
  }

  private void flush() {
    digest.update(buffer.flip());
    buffer.clear();
  }

  /** What it has come to, in lower-case hexadecimal; nothing can be added then. */
  String hex() {
    flush();
    return Sha256.hex(digest);
  }
}
