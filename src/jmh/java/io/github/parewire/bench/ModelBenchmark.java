package io.github.parewire.bench;

import io.github.parewire.RewireOptions;
import io.github.parewire.RewirePipeline;
import io.github.parewire.device.Device;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.rewire.StrengthVariance;
import io.github.parewire.verify.InputShapes;
import io.github.parewire.verify.Verification;
import io.github.parewire.verify.Verifier;
import io.github.parewire.verify.WeightCheck;
import io.github.parewire.write.ModelWriter;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The stages of a run, each by itself, over all layers of a model file, in a warm JVM. */
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsPrepend = "@src/dist/jvm.options")
public class ModelBenchmark extends ModelLayers {

  private List<INDArray> readAgain = List.of();
  private Path folder;
  private Path rewired;

  /** Rewires the model for the verification. */
  @Setup
  public void rewireFile() throws IOException {
    folder = Files.createTempDirectory("benchmark");
    rewired = folder.resolve("rewired.onnx");
    new RewirePipeline(RewireOptions.defaults()).run(Path.of(model), rewired);
  }

  /** Frees the weights that {@link #read} has read. */
  @TearDown(Level.Invocation)
  public void freeAgain() {
    readAgain.forEach(LayerArrays::free);
    readAgain = List.of();
  }

  /** Deletes the scratch files. */
  @TearDown
  public void delete() throws IOException {
    Files.delete(rewired);
    Files.delete(folder);
  }

  /** From the file into ND4J's memory. */
  @Benchmark
  public List<INDArray> read() throws IOException {
    readAgain = arrays();
    return readAgain;
  }

  /** What is measured before the rewiring. */
  @Benchmark
  public List<LayerStatistics> statistics() throws IOException {
    return each(number -> StoredStatistics.of(layers.get(number)));
  }

  /** What is measured after the rewiring. */
  @Benchmark
  public List<StrengthVariance> strengths() throws IOException {
    return each(number -> LayerArrays.strengthVariance(weights.get(number)));
  }

  /** Both passes over every matrix. */
  @Benchmark
  public List<INDArray> kernel() throws IOException {
    return rewire();
  }

  /** From ND4J's memory into a new file, which is not forced to the disk. */
  @Benchmark
  public void write() throws IOException {
    List<StoredTensor> tensors = layers.stream().map(Layer::tensor).toList();
    try (PendingOutput pending = PendingOutput.create(folder.resolve("out.onnx"))) {
      ModelWriter writer = ModelWriter.begin(file, tensors, false, pending);
      each(
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
