package io.github.parewire.bench;

import static java.util.Comparator.comparingLong;

import io.github.parewire.array.Matrix;
import io.github.parewire.array.SpareMemory;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.GroupMode;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.weights.LayerWeights;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The layers of a model file, and their weights in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ModelLayers {

  /** A path from the folder of the project. */
  @Param("testmodels/torchscript_cnn.onnx")
  String model;

  @Param({"1", "2"})
  int threads;

  OnnxFile file;

  /** The largest first, as in a run. */
  List<Layer> layers;

  List<LayerWeights> weights;

  /** Finds the layers. */
  @Setup
  public void open() throws IOException {
    file = OnnxFile.open(Path.of(model));
    layers =
        LayerFinder.find(file, GroupMode.JOINT).layers().stream()
            .sorted(comparingLong((Layer layer) -> layer.tensor().elements()).reversed())
            .toList();
  }

  /** Reads the weights, which a benchmark may change or free. */
  @Setup(Level.Invocation)
  public void load() throws IOException {
    weights = arrays();
  }

  /** Frees the weights. */
  @TearDown(Level.Invocation)
  public void free() {
    weights.forEach(LayerWeights::close);
  }

  /** Closes the file. */
  @TearDown
  public void close() throws IOException {
    file.close();
  }

  /** From the file into ND4J's memory. */
  List<LayerWeights> arrays() throws IOException {
    return each(number -> LayerWeights.read(layers.get(number), new SpareMemory(0)));
  }

  /** Both passes over every matrix. */
  List<LayerWeights> rewire() throws IOException {
    return each(number -> rewire(weights.get(number)));
  }

  private static LayerWeights rewire(LayerWeights layer) {
    SeedSequence stream = SeedSequence.of(BigInteger.ONE);
    List<Matrix> matrices = layer.matrices();
    for (int slice = 0; slice < matrices.size(); slice++) {
      new JavaKernel().rewire(matrices.get(slice), stream.child(slice));
    }
    return layer;
  }

  /** Does something for each layer, on all threads. */
  <T> List<T> each(LayerTask<T> task) throws IOException {
    List<Callable<T>> tasks = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int number = i;
      tasks.add(() -> task.run(number));
    }
    return ParallelTasks.run(threads, tasks);
  }

  /** Work on the layer at a place of the list. */
  interface LayerTask<T> {
    T run(int number) throws IOException;
  }
}
