package io.github.parewire.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Buffers to read tensors' bytes with; each thread has its own, as direct memory returns late. */
final class ReadBuffers {

  /** Read at a time: whole elements of any width, which the processor's cache holds. */
  private static final int CHUNK = 1 << 18;

  private static final ThreadLocal<ByteBuffer> FIRST = ThreadLocal.withInitial(ReadBuffers::make);
  private static final ThreadLocal<ByteBuffer> SECOND = ThreadLocal.withInitial(ReadBuffers::make);

  private ReadBuffers() {}

  /** The thread's buffer. */
  static ByteBuffer first() {
    return FIRST.get().clear();
  }

  /** Another buffer, to compare the first one with. */
  static ByteBuffer second() {
    return SECOND.get().clear();
  }

  /** Where bytes are read from. */
  interface Source {
    /** Fills a buffer with the bytes from an offset on. */
    void read(long offset, ByteBuffer buffer) throws IOException;
  }

  /** Reads bytes through the thread's buffer, in pieces of whole elements if it begins with one. */
  static void read(Source source, long offset, long count, BytesConsumer consumer)
      throws IOException {
    ByteBuffer buffer = first();
    for (long at = 0; at < count; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - at));
      source.read(offset + at, buffer);
      consumer.accept(buffer.flip());
    }
  }

  private static ByteBuffer make() {
    return ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  }
}
