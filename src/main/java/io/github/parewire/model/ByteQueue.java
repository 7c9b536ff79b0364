package io.github.parewire.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Takes bytes from the front of a list of buffers, without copying them. */
final class ByteQueue {

  private final Iterator<ByteBuffer> rest;
  private ByteBuffer head = ByteBuffer.allocate(0);

  ByteQueue(List<ByteBuffer> buffers) {
    rest = buffers.stream().map(ByteBuffer::duplicate).iterator();
  }

  /** The next {@code count} bytes, as views. */
  List<ByteBuffer> take(long count) {
    List<ByteBuffer> taken = new ArrayList<>();
    long missing = count;
    while (missing > 0) {
      while (!head.hasRemaining()) {
        head = rest.next();
      }
      int length = (int) Math.min(missing, head.remaining());
      taken.add(head.slice(head.position(), length));
      head.position(head.position() + length);
      missing -= length;
    }
    return taken;
  }
}
