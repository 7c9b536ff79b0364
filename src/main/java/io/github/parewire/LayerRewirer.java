package io.github.parewire;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.report.LayerReport;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.StrengthVariance;
import java.io.IOException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rewires single layers of one file; threads may share it. */
final class LayerRewirer {

  private final OnnxFile file;
  private final RewireOptions options;
  private final RewireKernel kernel;

  LayerRewirer(OnnxFile file, RewireOptions options) {
    this.file = file;
    this.options = options;
    this.kernel = new JavaKernel(options.sampler());
  }

  /**
   * Reads a layer's weights, rewires them, and hands over the elements to store.
   *
   * @throws ModelException if a weight is no finite number, or the strengths overflow
   */
  LayerReport rewire(Layer layer, LayerArrays.BytesConsumer<IOException> consumer)
      throws IOException {
    INDArray weights = LayerArrays.load(layer);
    StrengthVariance before = LayerArrays.strengthVariance(weights);
    int slices = Math.toIntExact(layer.matrix().slices());
    for (int slice = 0; slice < slices; slice++) {
      rewire(layer, LayerArrays.slice(weights, slice), slice);
    }
    StrengthVariance after = LayerArrays.strengthVariance(weights);
    LayerArrays.store(layer, weights, consumer);
    return LayerReport.rewired(layer, before, after);
  }

  private void rewire(Layer layer, INDArray matrix, int slice) {
    try {
      kernel.rewire(matrix, options.stream(layer.number(), slice, layer.matrix().slices()));
    } catch (ArithmeticException e) {
      throw new ModelException(
          file.path() + ", tensor '" + layer.tensor().name() + "'",
          e.getMessage(),
          "initialize the weights on a smaller scale, or leave the tensor out with --exclude",
          e);
    }
  }
}
