package io.github.parewire;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.report.LayerReport;
import io.github.parewire.report.LayerSketch;
import io.github.parewire.rewire.Passes;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.RewiringRule;
import io.github.parewire.rewire.SeededMatrix;
import io.github.parewire.rewire.Snapshot;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.rewire.UnfitMatrixException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rewires layers of one file; threads may share it. */
final class LayerRewirer {

  private final OnnxFile file;
  private final RewireOptions options;
  private final RewireKernel kernel;
  private final int edge;

  /**
   * Makes a rewirer.
   *
   * @param edge cells along an axis of a layer's picture, if the options ask for sketches
   */
  LayerRewirer(OnnxFile file, RewireOptions options, Progress progress, int edge) {
    this.file = file;
    this.options = options;
    // Whoever watches expects as many passes as there can be.
    int share = Passes.MOST / options.passes().count();
    this.kernel =
        options.kernel().create(options.rule(), passed -> progress.advance(share * passed));
    this.edge = edge;
  }

  /**
   * Reads layers' weights, rewires them, and hands over the elements to store.
   *
   * @param layers some layers, all of which are in memory at once
   * @throws ModelException if a weight is no finite number, or the strengths overflow
   * @throws UsageException if the kernel can't take a layer
   */
  List<LayerReport> rewire(
      List<Layer> layers, Function<Layer, LayerArrays.BytesConsumer<IOException>> consumers)
      throws IOException {
    List<INDArray> weights = new ArrayList<>();
    List<LayerStatistics> before = new ArrayList<>();
    List<Optional<Snapshot>> snapshots = new ArrayList<>();
    for (Layer layer : layers) {
      requireShortLines(layer);
      before.add(statistics(layer));
      INDArray loaded = LayerArrays.load(layer);
      weights.add(loaded);
      snapshots.add(snapshot(loaded));
    }
    rewireMatrices(layers, weights);
    List<LayerReport> reports = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      INDArray rewired = weights.get(i);
      StrengthVariance after = LayerArrays.strengthVariance(rewired);
      LayerReport report = LayerReport.rewired(layer, before.get(i), after);
      if (options.sketches()) {
        report =
            report.withSketch(
                LayerSketch.of(snapshots.get(i).orElseThrow(), snapshot(rewired).orElseThrow()));
      }
      LayerArrays.store(layer, rewired, consumers.apply(layer));
      reports.add(report);
    }
    return reports;
  }

  private static LayerStatistics statistics(Layer layer) throws IOException {
    LayerStatistics statistics = StoredStatistics.of(layer);
    if (!statistics.isFinite()) {
      // Says which weight it is; or squares of float64 weights overflow, which does no harm.
      layer.tensor().requireFinite();
    }
    return statistics;
  }

  private Optional<Snapshot> snapshot(INDArray weights) {
    return options.sketches() ? Optional.of(LayerArrays.snapshot(weights, edge)) : Optional.empty();
  }

  private void rewireMatrices(List<Layer> layers, List<INDArray> weights) {
    List<SeededMatrix> matrices = new ArrayList<>();
    List<Layer> layerOfMatrix = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      int slices = Math.toIntExact(layer.matrix().slices());
      for (int slice = 0; slice < slices; slice++) {
        matrices.add(
            new SeededMatrix(
                LayerArrays.slice(weights.get(i), slice),
                options.stream(layer.number(), slice, slices)));
        layerOfMatrix.add(layer);
      }
    }
    try {
      kernel.rewire(matrices);
    } catch (UnfitMatrixException e) {
      throw new ModelException(
          where(layerOfMatrix.get(e.number())),
          e.getMessage(),
          (options.offset() == RewiringRule.AUTHORS_OFFSET ? "" : "give an --offset nearer to 1, ")
              + "initialize the weights on a smaller scale, or leave the tensor out with --exclude",
          e);
    }
  }

  private void requireShortLines(Layer layer) {
    long longest = Math.max(layer.matrix().outputs(), layer.matrix().inputs());
    if (longest > kernel.longestLine()) {
      throw new UsageException(
          where(layer)
              + ": a matrix of "
              + layer.matrix().outputs()
              + " x "
              + layer.matrix().inputs()
              + ", of which this kernel takes up to "
              + kernel.longestLine()
              + " a side; use --kernel java, or leave the tensor out with --exclude");
    }
  }

  private String where(Layer layer) {
    return file.path() + ", tensor '" + layer.tensor().name() + "'";
  }
}
