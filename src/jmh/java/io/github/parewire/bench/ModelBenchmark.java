package io.github.parewire.bench;

import io.github.parewire.Rewirer;
import io.github.parewire.layers.Layer;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.measure.Strengths;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.result.Verification;
import io.github.parewire.verify.FileProofs;
import io.github.parewire.weights.LayerWeights;
import io.github.parewire.write.DataFiles;
import io.github.parewire.write.ModelWriter;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private List<LayerWeights> readAgain = List.of();
  private Path folder;
  private Path rewired;

  /** Rewires the model for the verification. */
  @Setup
  public void rewireFile() throws IOException {
    folder = Files.createTempDirectory("benchmark");
    rewired = folder.resolve("rewired.onnx");
    new Rewirer(RewireOptions.defaults()).rewire(Path.of(model), rewired);
  }

  /** Frees the weights that {@link #read} has read. */
  @TearDown(Level.Invocation)
  public void freeAgain() {
    readAgain.forEach(LayerWeights::close);
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
  public List<LayerWeights> read() throws IOException {
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
    return each(number -> Strengths.of(weights.get(number).matrices()).variance());
  }

  /** Both passes over every matrix. */
  @Benchmark
  public List<LayerWeights> kernel() throws IOException {
    return rewire();
  }

  /** From ND4J's memory into a new file, which is not forced to the disk. */
  @Benchmark
  public void write() throws IOException {
    List<StoredTensor> tensors = layers.stream().map(Layer::tensor).toList();
    Path out = folder.resolve("out.onnx");
    DataFiles data = DataFiles.plan(file, out, FileOptions.DEFAULT);
    try (PendingOutput pending = PendingOutput.create(out)) {
      ModelWriter writer = ModelWriter.begin(file, tensors, data, pending);
      each(
          number -> {
            writer.write(tensors.get(number), weights.get(number).toElements());
            return number;
          });
    }
  }

  /** All proofs. */
  @Benchmark
  public Verification verify() throws IOException {
    RewireOptions options =
        RewireOptions.builder().execution(ExecutionOptions.threads(threads)).build();
    return new FileProofs(options)
        .prove(file, rewired, layers.stream().map(Layer::tensor).toList());
  }
}
