package io.github.parewire.model;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * An open file: a model, or the data of one.
 *
 * @param stamp tells whether it has changed
 * @param channel open for reading; closed with the model
 */
record OpenFile(FileStamp stamp, FileChannel channel) implements Closeable {

  /** Its path; of a data file, the real one. */
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

  /** Reads a span, in pieces whose lengths are multiples of 8 but for the last. */
  void read(WireSpan span, BytesConsumer consumer) throws IOException {
    ReadBuffers.read(this::read, span.offset(), span.length(), consumer);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
