package io.github.parewire.weights;

import io.github.parewire.array.NativeArray;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.layers.Layer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A layer's elements as the framework's parameter holds them, in the shape of {@link
 * io.github.parewire.layers.WeightUse#parameter}. It owns their memory until it is closed.
 */
public final class ParameterElements implements AutoCloseable {

  private final NativeArray array;
  private final List<ByteBuffer> bytes;

  private ParameterElements(NativeArray array, List<ByteBuffer> bytes) {
    this.array = array;
    this.bytes = bytes;
  }

  /**
   * Reads a layer's elements.
   *
   * @throws IOException if its file can't be read
   */
  public static ParameterElements read(Layer layer) throws IOException {
    NativeArray array = TensorReader.read(layer.tensor(), new SpareMemory(0));
    try {
      TensorReader.apply(array, layer.use().parameter());
      return new ParameterElements(array, TensorReader.bytes(array, layer.tensor().type()));
    } catch (RuntimeException e) {
      array.close();
      throw e;
    }
  }

  /**
   * The elements, row-major.
   *
   * @return little-endian bytes of the tensor's type, in buffers that follow each other; valid
   *     until this is closed
   */
  public List<ByteBuffer> bytes() {
    return bytes;
  }

  /** Frees the memory; once is enough. */
  @Override
  public void close() {
    array.close();
  }
}
