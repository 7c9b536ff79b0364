package io.github.parewire.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * An open data file.
 *
 * @param stamp tells whether it has changed
 * @param channel open for reading; closed with the model
 */
record ExternalFile(FileStamp stamp, FileChannel channel) {

  /** Its real path. */
  Path path() {
    return stamp.path();
  }

  /** Its size in bytes. */
  long size() {
    return stamp.size();
  }

  /** Fills a buffer with the bytes from an offset on. */
  void read(long offset, ByteBuffer buffer) throws IOException {
    long at = offset;
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, at);
      if (count < 0) {
        throw new IOException(path() + ": the file became shorter while it was read");
      }
      at += count;
    }
  }
}
