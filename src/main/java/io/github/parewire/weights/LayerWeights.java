package io.github.parewire.weights;

import io.github.parewire.array.Matrix;
import io.github.parewire.array.NativeArray;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.Quantization;
import io.github.parewire.layers.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A layer's weights in ND4J's memory, as the matrices that its operator makes of them; integers are
 * scaled to the weights that they mean. It owns the memory until it is closed.
 */
public final class LayerWeights implements AutoCloseable {

  private final Layer layer;
  private final NativeArray array;
  private final Optional<TensorView> turned;

  private LayerWeights(Layer layer, NativeArray array) {
    this.layer = layer;
    this.array = array;
    turned = layer.use().matrices().turned();
  }

  /** What the array shows: the matrices, or, where no element need move for it, turned ones. */
  private TensorView view() {
    return turned.orElse(layer.use().matrices().view());
  }

  /**
   * Reads a layer's weights.
   *
   * @param spare where memory comes from and goes back to
   * @throws IOException if its file can't be read
   */
  public static LayerWeights read(Layer layer, SpareMemory spare) throws IOException {
    LayerWeights weights = new LayerWeights(layer, TensorReader.read(layer.tensor(), spare));
    try {
      weights.arrange();
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void arrange() {
    if (layer.use().quantization().isPresent()) {
      Quantization meaning = layer.use().quantization().get();
      array.dequantize(meaning.zeroPoint(), meaning.scale());
    }
    TensorReader.apply(array, view());
    if (turned.isPresent()) {
      array.turn();
    }
  }

  /** The matrices, [output neurons, inputs] each, to read and to change. */
  public List<Matrix> matrices() {
    return array.matrices();
  }

  /**
   * The elements to store for these weights: the way of {@link #read} back. There are no matrices
   * afterwards.
   *
   * @return little-endian bytes, row-major as the tensor is stored, in buffers that follow each
   *     other; valid until this is closed
   */
  public List<ByteBuffer> toElements() {
    if (turned.isPresent()) {
      array.turn();
    }
    TensorReader.undo(array, view());
    if (layer.use().quantization().isPresent()) {
      Quantization meaning = layer.use().quantization().get();
      array.quantize(meaning.zeroPoint(), meaning.scale());
    }
    return TensorReader.bytes(array, layer.tensor().type());
  }

  /** Gives the memory back; once is enough. */
  @Override
  public void close() {
    array.close();
  }
}
