package io.github.parewire.array;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * An array in ND4J's memory, row-major and without gaps. It owns the memory, whichever operations
 * have been done to it, until it is closed; views of it end then, and with each operation.
 */
public final class NativeArray implements AutoCloseable {

  /** Bytes in a buffer at most: one of the JDK holds no more than 2 GiB. */
  private static final long LARGEST_BUFFER = 1L << 30;

  private INDArray array;

  private NativeArray(INDArray array) {
    this.array = array;
  }

  /**
   * Makes an array, whose elements are anything.
   *
   * @param dims its shape
   */
  public static NativeArray allocate(ElementKind kind, List<Long> dims) {
    Nd4jBackend.start();
    return new NativeArray(Nd4j.createUninitialized(kind.dataType(), shape(dims)));
  }

  /** Length in bytes. */
  public long bytes() {
    return Math.multiplyExact(array.length(), (long) array.dataType().width());
  }

  /**
   * Some of the bytes, little-endian; {@link #written} is due after writing to them.
   *
   * @param offset of the first
   * @param length how many, at most 2^31 - 1
   */
  public ByteBuffer bytes(long offset, long length) {
    return new BytePointer(HostMemory.of(array))
        .getPointer(BytePointer.class, offset)
        .capacity(length)
        .asByteBuffer();
  }

  /** All bytes, little-endian, in buffers that follow each other. */
  public List<ByteBuffer> allBytes() {
    long length = bytes();
    List<ByteBuffer> buffers = new ArrayList<>();
    for (long at = 0; at < length; at += LARGEST_BUFFER) {
      buffers.add(bytes(at, Math.min(LARGEST_BUFFER, length - at)));
    }
    return buffers;
  }

  /** Says that the host's bytes have been written to and are the ones to go by. */
  public void written() {
    HostMemory.written(array);
  }

  /** Converts the elements, rounding to the nearest. */
  public void cast(ElementKind kind) {
    replace(array.castTo(kind.dataType()));
  }

  /**
   * Makes weights of integers: subtracts, then multiplies.
   *
   * @param zeroPoint the integer that means 0
   * @param scale what the integer after that means
   */
  public void dequantize(int zeroPoint, float scale) {
    array.subi(zeroPoint).muli(scale);
  }

  /** The way of {@link #dequantize} back, to the nearest integer. */
  public void quantize(int zeroPoint, float scale) {
    Transforms.round(array.divi(scale), false).addi(zeroPoint);
  }

  /**
   * Brings the axes into another order.
   *
   * @param axes axis i is axis {@code axes[i]} of the present array
   */
  public void permute(List<Integer> axes) {
    replace(PermutedCopy.of(array, axes));
  }

  /** Gives the same elements another shape. */
  public void reshape(List<Long> dims) {
    // A view of the same memory.
    array = array.reshape('c', shape(dims));
  }

  /**
   * The matrices of an array of rank 3.
   *
   * @return views of [rows, columns], one for each index of the first axis
   */
  public List<Matrix> matrices() {
    List<Matrix> matrices = new ArrayList<>();
    for (long i = 0; i < array.size(0); i++) {
      matrices.add(
          Matrix.of(
              array.size(0) == 1
                  ? array.reshape('c', array.size(1), array.size(2))
                  : array.slice(i)));
    }
    return matrices;
  }

  private void replace(INDArray by) {
    DataBuffer old = memory(array);
    array = by;
    if (memory(by) != old) {
      old.close();
    }
  }

  /** Closing an INDArray would not free it: a reshaped one counts as a view. */
  private static DataBuffer memory(INDArray array) {
    DataBuffer buffer = array.data();
    while (buffer.originalDataBuffer() != null) {
      buffer = buffer.originalDataBuffer();
    }
    return buffer;
  }

  private static long[] shape(List<Long> dims) {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /** Frees the memory; once is enough. */
  @Override
  public void close() {
    if (array != null) {
      memory(array).close();
      array = null;
    }
  }
}
