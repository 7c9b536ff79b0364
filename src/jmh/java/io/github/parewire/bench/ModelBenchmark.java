package io.github.parewire.bench;

import static java.util.Comparator.comparingLong;

import io.github.parewire.RewireOptions;
import io.github.parewire.RewirePipeline;
import io.github.parewire.device.Device;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.SeedSequence;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.verify.InputShapes;
import io.github.parewire.verify.Verification;
import io.github.parewire.verify.Verifier;
import io.github.parewire.verify.WeightCheck;
import io.github.parewire.write.ModelWriter;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The stages of a run, each by itself, over all layers of a model file, in a warm JVM. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@Fork(1)
public class ModelBenchmark {

  /** A path from the folder of the project. */
  @Param("testmodels/torchscript_cnn.onnx")
  String model;

  @Param({"1", "2"})
  int threads;

  private Path folder;
  private OnnxFile file;
  private List<Layer> layers;
  private List<INDArray> weights;
  private List<INDArray> readAgain = List.of();
  private Path rewired;

  /** Reads the model, and rewires it once for the verification. */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("benchmark");
    rewired = folder.resolve("rewired.onnx");
    new RewirePipeline(RewireOptions.defaults()).run(Path.of(model), rewired);
    file = OnnxFile.open(Path.of(model));
    layers =
        LayerFinder.find(file, GroupMode.JOINT).layers().stream()
            .sorted(comparingLong((Layer layer) -> layer.tensor().elements()).reversed())
            .toList();
  }

  /** What a stage takes from the one before. */
  @Setup(Level.Invocation)
  public void load() throws IOException {
    weights = arrays();
  }

  /** Frees the weights that no stage has freed. */
  @TearDown(Level.Invocation)
  public void free() {
    weights.forEach(LayerArrays::free);
    readAgain.forEach(LayerArrays::free);
    readAgain = List.of();
  }

  /** Deletes the scratch files. */
  @TearDown
  public void close() throws IOException {
    file.close();
    Files.delete(rewired);
    Files.delete(folder);
  }

  private <T> List<T> ofLayers(LayerTask<T> task) throws IOException {
    List<Callable<T>> tasks = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int number = i;
      tasks.add(() -> task.run(number));
    }
    return ParallelTasks.run(threads, tasks);
  }

  /** Work on the layer at a place of the list. */
  private interface LayerTask<T> {
    T run(int number) throws IOException;
  }

  /** From the file into ND4J's memory. */
  @Benchmark
  public List<INDArray> read() throws IOException {
    readAgain = arrays();
    return readAgain;
  }

  private List<INDArray> arrays() throws IOException {
    return ofLayers(number -> LayerArrays.load(layers.get(number)));
  }

  /** What is measured before the rewiring. */
  @Benchmark
  public List<LayerStatistics> statistics() throws IOException {
    return ofLayers(number -> StoredStatistics.of(layers.get(number)));
  }

  /** What is measured after the rewiring. */
  @Benchmark
  public List<StrengthVariance> strengths() throws IOException {
    return ofLayers(number -> LayerArrays.strengthVariance(weights.get(number)));
  }

  /** Both passes over every matrix. */
  @Benchmark
  public List<INDArray> kernel() throws IOException {
    return ofLayers(number -> rewire(weights.get(number)));
  }

  private static INDArray rewire(INDArray layer) {
    SeedSequence stream = SeedSequence.of(BigInteger.ONE);
    for (int slice = 0; slice < layer.size(0); slice++) {
      new JavaKernel().rewire(LayerArrays.slice(layer, slice), stream.child(slice));
    }
    return layer;
  }

  /** From ND4J's memory into a new file, which is not forced to the disk. */
  @Benchmark
  public void write() throws IOException {
    List<StoredTensor> tensors = layers.stream().map(Layer::tensor).toList();
    try (PendingOutput pending = PendingOutput.create(folder.resolve("out.onnx"))) {
      ModelWriter writer = ModelWriter.begin(file, tensors, false, pending);
      ofLayers(
          number -> {
            StoredTensor tensor = tensors.get(number);
            LayerArrays.store(
                layers.get(number), weights.get(number), bytes -> writer.write(tensor, bytes));
            return number;
          });
    }
    // Which frees them.
    weights = List.of();
  }

  /** All proofs. */
  @Benchmark
  public Verification verify() throws IOException {
    return Verifier.verify(
        file,
        rewired,
        layers.stream().map(Layer::tensor).toList(),
        WeightCheck.FINGERPRINT,
        new InputShapes(Map.of()),
        Device.CPU,
        threads);
  }
}
