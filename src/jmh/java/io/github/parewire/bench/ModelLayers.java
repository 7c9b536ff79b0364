package io.github.parewire.bench;

import static java.util.Comparator.comparingLong;

import io.github.parewire.layers.GroupMode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.SeedSequence;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
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

  List<INDArray> weights;

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
    weights.forEach(LayerArrays::free);
  }

  /** Closes the file. */
  @TearDown
  public void close() throws IOException {
    file.close();
  }

  /** From the file into ND4J's memory. */
  List<INDArray> arrays() throws IOException {
    return each(number -> LayerArrays.load(layers.get(number)));
  }

  /** Both passes over every matrix. */
  List<INDArray> rewire() throws IOException {
    return each(number -> rewire(weights.get(number)));
  }

  private static INDArray rewire(INDArray layer) {
    SeedSequence stream = SeedSequence.of(BigInteger.ONE);
    for (int slice = 0; slice < layer.size(0); slice++) {
      new JavaKernel().rewire(LayerArrays.slice(layer, slice), stream.child(slice));
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
