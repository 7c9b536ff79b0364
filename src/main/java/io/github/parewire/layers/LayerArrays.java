package io.github.parewire.layers;

import io.github.parewire.layers.ViewStep.Permute;
import io.github.parewire.layers.ViewStep.Reshape;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorPayload;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.rewire.HostMemory;
import io.github.parewire.rewire.Nd4jBackend;
import io.github.parewire.rewire.Snapshot;
import io.github.parewire.rewire.StrengthVariance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Brings a layer's weights into ND4J and back. The array is the view that the operator has,
 * [slices, output neurons, inputs]; narrower types are widened to FLOAT, which keeps value and
 * order, and integers are scaled to the weights that they mean.
 */
public final class LayerArrays {

  /** Bytes handed over at a time: a buffer of the JDK holds no more than 2 GiB. */
  private static final long CHUNK = 1L << 30;

  /** Bytes worth a task of their own to read. */
  private static final long PART = 1L << 23;

  private LayerArrays() {}

  /**
   * Reads a layer's weights.
   *
   * @return [slices, output neurons, inputs], FLOAT or DOUBLE, contiguous and the caller's own
   */
  public static INDArray load(Layer layer) throws IOException {
    Nd4jBackend.start();
    INDArray stored = read(layer.tensor());
    layer
        .quantization()
        .ifPresent(meaning -> stored.subi(meaning.zeroPoint()).muli(meaning.scale()));
    return apply(stored, layer.matrix());
  }

  /**
   * One matrix of a layer's weights.
   *
   * @param weights what {@link #load} returned
   * @return [output neurons, inputs], a view
   */
  public static INDArray slice(INDArray weights, int slice) {
    return weights.size(0) == 1
        ? weights.reshape('c', weights.size(1), weights.size(2))
        : weights.slice(slice);
  }

  /**
   * The strength variance of a layer: the mean over its matrices.
   *
   * @param weights what {@link #load} returned
   */
  public static StrengthVariance strengthVariance(INDArray weights) {
    return StrengthVariance.mean(
        slices(weights).stream().map(LayerArrays::matrixVariance).toList());
  }

  /**
   * A snapshot of a layer.
   *
   * @param weights what {@link #load} returned
   * @param edge the most cells that its picture may have along an axis
   */
  public static Snapshot snapshot(INDArray weights, int edge) {
    return Snapshot.of(slices(weights), edge);
  }

  private static List<INDArray> slices(INDArray weights) {
    int slices = Math.toIntExact(weights.size(0));
    return IntStream.range(0, slices).mapToObj(slice -> slice(weights, slice)).toList();
  }

  private static StrengthVariance matrixVariance(INDArray view) {
    if (view.offset() == 0) {
      return StrengthVariance.of(view);
    }
    // A view of a view is where ND4J's backends differ.
    try (INDArray copy = view.dup('c')) {
      return StrengthVariance.of(copy);
    }
  }

  private static INDArray read(StoredTensor tensor) throws IOException {
    ElementType type = tensor.type();
    INDArray stored = Nd4j.createUninitialized(dataType(type), shape(tensor.dims()));
    Optional<TensorPayload> raw = tensor.rawBytes();
    if (raw.isPresent()) {
      readParts(raw.get(), stored);
    } else {
      readInOrder(tensor, stored);
    }
    HostMemory.written(stored);
    return isWidened(type) ? replace(stored, stored.castTo(DataType.FLOAT)) : stored;
  }

  private static void readParts(TensorPayload payload, INDArray stored) throws IOException {
    // What is read goes to memory that the JVM does not guard.
    Objects.checkFromIndexSize(0, payload.length(), bytes(stored));
    List<Callable<Void>> parts = new ArrayList<>();
    for (long at = 0; at < payload.length(); at += PART) {
      long from = at;
      parts.add(
          () -> {
            long length = Math.min(PART, payload.length() - from);
            payload.read(from, bytes(stored, from, length).asByteBuffer());
            return null;
          });
    }
    ParallelTasks.runParts(parts);
  }

  private static void readInOrder(StoredTensor tensor, INDArray stored) throws IOException {
    long[] at = {0};
    long end = bytes(stored);
    tensor.read(
        part -> {
          // Copied by the JVM, which survives that a mapped file has become shorter.
          int count = part.remaining();
          Objects.checkFromIndexSize(at[0], count, end);
          bytes(stored, at[0], count).asByteBuffer().put(part.duplicate());
          at[0] += count;
        });
  }

  private static INDArray apply(INDArray stored, MatrixView view) {
    INDArray at = stored;
    for (ViewStep step : view.steps()) {
      if (step instanceof Permute permute) {
        at = replace(at, Permutation.of(at, permute.axes()));
      } else if (step instanceof Reshape reshape) {
        at = at.reshape('c', shape(reshape.dims()));
      }
    }
    return at;
  }

  /**
   * The elements to store for a layer's weights: the way of {@link #load} backwards.
   *
   * @param weights what {@link #load} returned, rewired; closed by this call
   * @param consumer gets the little-endian bytes, row-major as the tensor is stored; valid during
   *     the call
   * @throws X what the consumer throws
   */
  public static <X extends Exception> void store(
      Layer layer, INDArray weights, BytesConsumer<X> consumer) throws X {
    INDArray stored = undo(weights, layer.matrix());
    if (layer.quantization().isPresent()) {
      Quantization meaning = layer.quantization().get();
      Transforms.round(stored.divi(meaning.scale()), false).addi(meaning.zeroPoint());
    }
    giveOut(stored, layer.tensor().type(), consumer);
  }

  /**
   * Takes the bytes of a tensor.
   *
   * @param <X> what it may throw
   */
  public interface BytesConsumer<X extends Exception> {
    /** Takes the bytes, in buffers that follow each other. */
    void accept(List<ByteBuffer> bytes) throws X;
  }

  /**
   * Reads a layer's weights as the framework's parameter holds them.
   *
   * @param consumer gets the little-endian bytes of the tensor's type, row-major in the shape of
   *     {@link Layer#parameter}; valid during the call
   * @throws IOException if they can't be read, or the consumer throws it
   */
  public static void readParameter(Layer layer, BytesConsumer<IOException> consumer)
      throws IOException {
    giveOut(apply(read(layer.tensor()), layer.parameter()), layer.tensor().type(), consumer);
  }

  /** Hands an array over in the tensor's type, and frees it. */
  private static <X extends Exception> void giveOut(
      INDArray array, ElementType type, BytesConsumer<X> consumer) throws X {
    INDArray narrow = isWidened(type) ? replace(array, array.castTo(dataType(type))) : array;
    try {
      consumer.accept(buffers(narrow));
    } finally {
      free(narrow);
    }
  }

  private static INDArray undo(INDArray matrix, MatrixView view) {
    INDArray at = matrix;
    List<ViewStep> steps = view.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      List<Long> before = i == 0 ? view.stored() : steps.get(i - 1).dims();
      if (steps.get(i) instanceof Permute permute) {
        at = replace(at, Permutation.of(at, permute.inverse()));
      } else {
        at = at.reshape('c', shape(before));
      }
    }
    return at;
  }

  private static List<ByteBuffer> buffers(INDArray array) {
    long length = bytes(array);
    List<ByteBuffer> buffers = new ArrayList<>();
    for (long at = 0; at < length; at += CHUNK) {
      buffers.add(bytes(array, at, Math.min(CHUNK, length - at)).asByteBuffer());
    }
    return buffers;
  }

  private static long bytes(INDArray array) {
    return Math.multiplyExact(array.length(), (long) array.dataType().width());
  }

  /** Some bytes of a contiguous array that is no view with an offset. */
  private static BytePointer bytes(INDArray array, long offset, long length) {
    return new BytePointer(HostMemory.of(array))
        .getPointer(BytePointer.class, offset)
        .capacity(length);
  }

  private static INDArray replace(INDArray old, INDArray by) {
    if (memory(by) != memory(old)) {
      free(old);
    }
    return by;
  }

  /**
   * Frees an array's memory, which closing would not: a reshaped array counts as a view.
   *
   * @param array what {@link #load} returned, or a view of it; freed but once
   */
  public static void free(INDArray array) {
    memory(array).close();
  }

  /** The buffer that owns an array's memory. */
  private static DataBuffer memory(INDArray array) {
    DataBuffer buffer = array.data();
    while (buffer.originalDataBuffer() != null) {
      buffer = buffer.originalDataBuffer();
    }
    return buffer;
  }

  private static boolean isWidened(ElementType type) {
    return type.bytes() < Float.BYTES;
  }

  private static DataType dataType(ElementType type) {
    return switch (type) {
      case FLOAT -> DataType.FLOAT;
      case DOUBLE -> DataType.DOUBLE;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case INT8 -> DataType.INT8;
      case UINT8 -> DataType.UINT8;
    };
  }

  private static long[] shape(List<Long> dims) {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }
}
