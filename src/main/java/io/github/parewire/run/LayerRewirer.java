package io.github.parewire.run;

import io.github.parewire.array.Matrix;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.layers.Layer;
import io.github.parewire.measure.Detector;
import io.github.parewire.measure.LayerSnapshot;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.measure.Strengths;
import io.github.parewire.message.Message;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.Selection;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.SeededMatrix;
import io.github.parewire.rewire.UnfitMatrixException;
import io.github.parewire.weights.LayerWeights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Rewires layers of one file; threads may share it. */
final class LayerRewirer {

  private final RewireOptions options;
  private final LayerStreams streams;
  private final RewireKernel kernel;
  private final Sketches sketches;
  private final RunOutput output;
  private final SpareMemory spare;

  /**
   * Makes a rewirer.
   *
   * @param kernel what rewires
   * @param sketches which layers are sketched
   * @param output gets the elements to store
   * @param spare where weights' memory comes from and goes back to
   */
  LayerRewirer(
      RewireOptions options,
      RewireKernel kernel,
      Sketches sketches,
      RunOutput output,
      SpareMemory spare) {
    this.options = options;
    this.kernel = kernel;
    this.sketches = sketches;
    this.output = output;
    this.spare = spare;
    streams = new LayerStreams(options.streams());
  }

  /** A layer whose weights are in memory, and what they were before. */
  private record LoadedLayer(
      Layer layer,
      LayerStatistics statistics,
      LayerWeights weights,
      Optional<LayerSnapshot> before) {}

  /**
   * Reads layers' weights, rewires them, and hands over the elements to store; idle threads help.
   *
   * @param layers some layers, all of which are in memory at once
   * @throws ModelException if a weight is no finite number, or the strengths overflow
   * @throws UsageException if the kernel can't take a layer
   */
  List<LayerReport.Rewired> rewire(List<Layer> layers) throws IOException {
    Queue<LoadedLayer> open = new ConcurrentLinkedQueue<>();
    try {
      List<Callable<LoadedLayer>> loads = new ArrayList<>();
      for (Layer layer : layers) {
        loads.add(() -> load(layer, open));
      }
      List<LoadedLayer> loaded = ParallelTasks.runParts(loads);
      rewireMatrices(loaded);
      List<Callable<LayerReport.Rewired>> stores = new ArrayList<>();
      for (LoadedLayer one : loaded) {
        stores.add(() -> store(one));
      }
      return ParallelTasks.runParts(stores);
    } finally {
      open.forEach(one -> one.weights().close());
    }
  }

  private LoadedLayer load(Layer layer, Queue<LoadedLayer> open) throws IOException {
    requireShortLines(layer);
    LayerStatistics statistics = statistics(layer);
    LayerWeights weights = LayerWeights.read(layer, spare);
    LoadedLayer loaded =
        new LoadedLayer(layer, statistics, weights, sketches.snapshot(layer, weights.matrices()));
    open.add(loaded);
    return loaded;
  }

  private static LayerStatistics statistics(Layer layer) throws IOException {
    LayerStatistics statistics = StoredStatistics.of(layer);
    if (!statistics.isFinite()) {
      // Says which weight it is; or squares of float64 weights overflow, which does no harm.
      layer.tensor().requireFinite();
    }
    return statistics;
  }

  private LayerReport.Rewired store(LoadedLayer loaded) throws IOException {
    try (LayerWeights weights = loaded.weights()) {
      StrengthVariance after = Strengths.of(weights.matrices()).variance();
      Optional<LayerSnapshot> snapshot = sketches.snapshot(loaded.layer(), weights.matrices());
      output.write(loaded.layer(), weights.toElements());
      return new LayerReport.Rewired(
          loaded.layer().description(),
          loaded.statistics(),
          Detector.judge(
              loaded.statistics(), loaded.layer().use().fans(), loaded.layer().pattern()),
          after,
          Optional.empty(),
          loaded.before().map(before -> before.sketchUntil(snapshot.orElseThrow())));
    }
  }

  private void rewireMatrices(List<LoadedLayer> loaded) {
    List<SeededMatrix> seeded = new ArrayList<>();
    List<Layer> layerOfMatrix = new ArrayList<>();
    for (LoadedLayer one : loaded) {
      List<Matrix> matrices = one.weights().matrices();
      for (int slice = 0; slice < matrices.size(); slice++) {
        seeded.add(
            new SeededMatrix(
                matrices.get(slice), streams.of(one.layer().number(), slice, matrices.size())));
        layerOfMatrix.add(one.layer());
      }
    }
    try {
      kernel.rewire(seeded);
    } catch (UnfitMatrixException e) {
      throw new ModelException(
              layerOfMatrix.get(e.number()).tensor().where(), e.getMessage(), remedies())
          .because(e);
    }
  }

  /** What makes strengths fit for probabilities. */
  private Message[] remedies() {
    List<Message> remedies = new ArrayList<>();
    if (options.rule().selection() instanceof Selection.Draw draw
        && draw.offset() != Selection.Draw.AUTHORS_OFFSET) {
      remedies.add(Message.of("give an ", Message.option(RunOption.OFFSET), " nearer to 1"));
    }
    remedies.add(Message.of("initialize the weights on a smaller scale"));
    remedies.add(Message.of("leave the tensor out with ", Message.option(RunOption.EXCLUDE)));
    return remedies.toArray(Message[]::new);
  }

  private void requireShortLines(Layer layer) {
    long outputs = layer.matrix().outputs();
    long inputs = layer.matrix().inputs();
    if (Math.max(outputs, inputs) > kernel.longestLine()) {
      throw new UsageException(
          Message.of(
              layer.tensor().where(),
              ": a matrix of ",
              outputs,
              " x ",
              inputs,
              ", of which this kernel takes up to ",
              kernel.longestLine(),
              " a side"),
          Message.of("use ", Message.option(RunOption.KERNEL, "java")),
          Message.of("leave the tensor out with ", Message.option(RunOption.EXCLUDE)));
    }
  }
}
