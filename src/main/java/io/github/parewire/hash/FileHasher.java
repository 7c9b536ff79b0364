package io.github.parewire.hash;

import io.github.parewire.result.FileHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Hashes files. */
public final class FileHasher {

  private static final int CHUNK = 1 << 20;

  private FileHasher() {}

  /**
   * Reads a file.
   *
   * @param path the name to report
   * @param now the name that it has now
   * @throws IOException if it can't be read
   */
  public static FileHash hash(Path path, Path now) throws IOException {
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
