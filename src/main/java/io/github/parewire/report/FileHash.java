package io.github.parewire.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * What a file held.
 *
 * @param path the file
 * @param bytes its size
 * @param sha256 SHA-256 of its bytes, hexadecimal
 */
public record FileHash(Path path, long bytes, String sha256) {

  private static final int CHUNK = 1 << 20;

  /**
   * Reads a file.
   *
   * @param path the name to report
   * @param now the name that it has now
   */
  public static FileHash of(Path path, Path now) throws IOException {
    MessageDigest digest = Sha256.digest();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    try (FileChannel channel = FileChannel.open(now)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      return new FileHash(path, channel.size(), Sha256.hex(digest));
    }
  }
}
