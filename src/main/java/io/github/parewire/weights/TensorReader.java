package io.github.parewire.weights;

import io.github.parewire.array.ElementKind;
import io.github.parewire.array.NativeArray;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.layers.TensorView;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.model.BytesConsumer;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.parallel.ParallelTasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Brings stored tensors into native memory. Types narrower than FLOAT are widened to it, which
 * keeps value and order.
 */
final class TensorReader {

  /** Bytes worth a task of their own to read. */
  private static final long PART = 1L << 23;

  /** Elements to widen or to narrow at a time: what the caches hold. */
  private static final int BLOCK = 1 << 14;

  private TensorReader() {}

  /**
   * Reads a tensor. Called in a pool, it lets idle threads take parts.
   *
   * @param spare where memory comes from
   * @return FLOAT or DOUBLE; the caller's to close
   */
  static NativeArray read(StoredTensor tensor, SpareMemory spare) throws IOException {
    ElementKind kind = tensor.type() == ElementType.DOUBLE ? ElementKind.DOUBLE : ElementKind.FLOAT;
    NativeArray array = NativeArray.allocate(kind, tensor.dims(), spare);
    try {
      TensorData data = tensor.data();
      // The JVM does not check writes to native memory: more data than the array holds would
      // overwrite other memory.
      Objects.checkFromIndexSize(0, data.length() / tensor.type().bytes(), array.length());
      List<Callable<Void>> parts = new ArrayList<>();
      for (long at = 0; at < data.length(); at += PART) {
        long from = at;
        long length = Math.min(PART, data.length() - from);
        parts.add(
            () -> {
              read(data, from, length, tensor.type(), array);
              return null;
            });
      }
      ParallelTasks.runParts(parts);
      array.written();
      return array;
    } catch (IOException | RuntimeException e) {
      array.close();
      throw e;
    }
  }

  private static void read(
      TensorData data, long from, long length, ElementType type, NativeArray array)
      throws IOException {
    if (type.isNarrow()) {
      data.read(from, length, new Widening(type, array, from / type.bytes()));
    } else {
      data.read(from, array.bytes(from, length));
    }
  }

  /** Puts elements that follow each other into an array of floats. */
  private static final class Widening implements BytesConsumer {
    private final ElementType type;
    private final NativeArray array;
    private final float[] block = new float[BLOCK];
    private long next;

    Widening(ElementType type, NativeArray array, long first) {
      this.type = type;
      this.array = array;
      next = first;
    }

    @Override
    public void accept(ByteBuffer bytes) {
      int end = bytes.limit();
      while (bytes.position() < end) {
        bytes.limit(Math.min(end, bytes.position() + BLOCK * type.bytes()));
        int count = bytes.remaining() / type.bytes();
        type.widen(bytes, block);
        array.floats(next, count).put(block, 0, count);
        next += count;
      }
    }
  }

  /**
   * The elements of an array as a tensor of a type stores them.
   *
   * @return little-endian bytes in the array's memory, where the array is no more if the type is
   *     narrow
   */
  static List<ByteBuffer> bytes(NativeArray array, ElementType type) {
    if (!type.isNarrow()) {
      return array.bytesUntil(array.bytes());
    }
    float[] block = new float[BLOCK];
    // In its own memory: an element goes where it is, or before.
    for (long at = 0; at < array.length(); at += BLOCK) {
      int count = (int) Math.min(BLOCK, array.length() - at);
      array.floats(at, count).get(block, 0, count);
      type.narrow(block, count, array.bytes(at * type.bytes(), (long) count * type.bytes()));
    }
    return array.bytesUntil(array.length() * type.bytes());
  }

  /** Takes an array through a view. */
  static void apply(NativeArray array, TensorView view) {
    for (ViewStep step : view.steps()) {
      if (step instanceof ViewStep.Permute permute) {
        array.permute(permute.axes());
      } else {
        array.reshape(step.dims());
      }
    }
  }

  /** The way of {@link #apply} back. */
  static void undo(NativeArray array, TensorView view) {
    List<ViewStep> steps = view.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i) instanceof ViewStep.Permute permute) {
        array.permute(permute.inverse());
      } else {
        array.reshape(i == 0 ? view.stored() : steps.get(i - 1).dims());
      }
    }
  }
}
