package io.github.parewire.array;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * An array in ND4J's memory, row-major and without gaps. It owns the memory, whichever operations
 * have been done to it, until it is closed; views of it end then, and with each operation.
 */
public final class NativeArray implements AutoCloseable {

  /** Bytes in a buffer at most: one of the JDK holds no more than 2 GiB. */
  private static final long LARGEST_BUFFER = 1L << 30;

  private final SpareMemory spare;

  /** What is to be given back; views are of it. */
  private DataBuffer memory;

  private INDArray array;

  /** Whether its matrices lie turned, as columns. */
  private boolean isTurned;

  private NativeArray(INDArray array, SpareMemory spare) {
    this.array = array;
    this.spare = spare;
    memory = array.data();
  }

  /**
   * Makes an array, whose elements are anything.
   *
   * @param dims its shape
   * @param spare where its memory comes from and goes back to
   */
  public static NativeArray allocate(ElementKind kind, List<Long> dims, SpareMemory spare) {
    Nd4jBackend.start();
    return new NativeArray(spare.array(kind.dataType(), shape(dims)), spare);
  }

  /** Number of elements. */
  public long length() {
    return array.length();
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

  /** The first bytes, little-endian, in buffers that follow each other. */
  public List<ByteBuffer> bytesUntil(long end) {
    List<ByteBuffer> buffers = new ArrayList<>();
    for (long at = 0; at < end; at += LARGEST_BUFFER) {
      buffers.add(bytes(at, Math.min(LARGEST_BUFFER, end - at)));
    }
    return buffers;
  }

  /** Says that the host's bytes have been written to and are the ones to go by. */
  public void written() {
    HostMemory.written(array);
  }

  /**
   * Some of the elements of an array of floats; {@link #written} is due after writing to them.
   *
   * @param first number of the first
   * @param count how many
   */
  public FloatBuffer floats(long first, int count) {
    return bytes(first * Float.BYTES, (long) count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
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
    INDArray permuted = PermutedCopy.of(array, axes, spare);
    spare.giveBack(memory);
    array = permuted;
    memory = permuted.data();
  }

  /**
   * Takes the matrices of an array of rank 3 for turned ones, rows for columns, or back; no element
   * moves.
   */
  public void turn() {
    isTurned = !isTurned;
  }

  /** Gives the same elements another shape. */
  public void reshape(List<Long> dims) {
    // A view of the same memory.
    array = array.reshape('c', shape(dims));
  }

  /**
   * The matrices of an array of rank 3.
   *
   * @return views, one for each index of the first axis, of the two others, or if they were turned
   *     of those the other way round
   */
  public List<Matrix> matrices() {
    List<Matrix> matrices = new ArrayList<>();
    for (long i = 0; i < array.size(0); i++) {
      INDArray matrix =
          array.size(0) == 1 ? array.reshape('c', array.size(1), array.size(2)) : array.slice(i);
      matrices.add(Matrix.of(isTurned ? matrix.transpose() : matrix));
    }
    return matrices;
  }

  private static long[] shape(List<Long> dims) {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /** Gives the memory back; once is enough. */
  @Override
  public void close() {
    if (memory != null) {
      spare.giveBack(memory);
      memory = null;
    }
  }
}
