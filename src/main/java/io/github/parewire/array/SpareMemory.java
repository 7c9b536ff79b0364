package io.github.parewire.array;

import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory of arrays that are done with, for those to come. What the system gives anew it gives and
 * clears page by page, which takes a tenth of the time of rewiring what is then put there. Threads
 * may share it.
 */
public final class SpareMemory implements AutoCloseable {

  private final int most;

  /** By identity: ND4J's buffers are equal if all of their elements are. */
  private final Set<DataBuffer> spare = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Begins with nothing.
   *
   * @param most how many arrays' memory it keeps; with 0 each array's is freed
   */
  public SpareMemory(int most) {
    this.most = most;
  }

  /** An array, row-major, whose elements are anything; its memory is the caller's to give back. */
  INDArray array(DataType type, long... shape) {
    long length = 1;
    for (long dim : shape) {
      length = Math.multiplyExact(length, dim);
    }
    DataBuffer buffer = take(type, length);
    return buffer == null
        ? Nd4j.createUninitialized(type, shape)
        : Nd4j.create(buffer, shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }

  /** The least of what is large enough, or null. */
  private synchronized DataBuffer take(DataType type, long length) {
    DataBuffer least = null;
    for (DataBuffer buffer : spare) {
      if (buffer.dataType() == type
          && buffer.length() >= length
          && (least == null || buffer.length() < least.length())) {
        least = buffer;
      }
    }
    spare.remove(least);
    return least;
  }

  /** Takes back an array's memory; of what is too much the least is freed. */
  synchronized void giveBack(DataBuffer memory) {
    spare.add(memory);
    if (spare.size() > most) {
      DataBuffer least =
          spare.stream().min(Comparator.comparingLong(SpareMemory::bytes)).orElseThrow();
      spare.remove(least);
      least.close();
    }
  }

  private static long bytes(DataBuffer buffer) {
    return buffer.length() * buffer.getElementSize();
  }

  /** Frees what is spare. */
  @Override
  public synchronized void close() {
    spare.forEach(DataBuffer::close);
    spare.clear();
  }
}
