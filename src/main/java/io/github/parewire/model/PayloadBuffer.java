package io.github.parewire.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Buffers to read a tensor's bytes with. */
final class PayloadBuffer {

  /** Read at a time: whole elements of any width. */
  private static final int CHUNK = 1 << 22;

  private PayloadBuffer() {}

  /** A buffer for all of a length, or for a piece of it. */
  static ByteBuffer of(long length) {
    return ByteBuffer.allocateDirect((int) Math.min(CHUNK, length)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
