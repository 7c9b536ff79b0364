package io.github.parewire.run;

import io.github.parewire.export.WeightsExport;
import io.github.parewire.layers.Layer;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Verification;
import io.github.parewire.result.VerificationException;
import io.github.parewire.verify.FileProofs;
import io.github.parewire.write.DataFiles;
import io.github.parewire.write.ModelWriter;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The new model, and the file of its weights if one is asked for. */
final class FileOutput implements RunOutput {

  private final RewireOptions options;
  private final OnnxFile in;
  private final List<StoredTensor> tensors;
  private final PendingOutput model;
  private final WeightsExport weights;
  private final ModelWriter writer;

  private FileOutput(
      RewireOptions options,
      OnnxFile in,
      List<StoredTensor> tensors,
      DataFiles data,
      PendingOutput model,
      WeightsExport weights)
      throws IOException {
    this.options = options;
    this.in = in;
    this.tensors = tensors;
    this.model = model;
    this.weights = weights;
    writer = ModelWriter.begin(in, tensors, data, model);
  }

  /**
   * Begins the files.
   *
   * @param out where the new model goes
   * @param data its data files
   * @param layers the layers that will be rewired
   * @throws io.github.parewire.message.UsageException if a file is another one of the run's
   * @throws IOException if a file can't be written
   */
  static FileOutput begin(
      RewireOptions options, OnnxFile in, Path out, DataFiles data, List<Layer> layers)
      throws IOException {
    List<StoredTensor> tensors = layers.stream().map(Layer::tensor).toList();
    PendingOutput model = PendingOutput.create(out, options.files().force());
    try {
      WeightsExport weights = WeightsExport.begin(options, in, written(out, data), layers);
      try {
        return new FileOutput(options, in, tensors, data, model, weights);
      } catch (IOException | RuntimeException e) {
        weights.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static List<Path> written(Path out, DataFiles data) {
    List<Path> files = new ArrayList<>(data.targets());
    files.add(out);
    return files;
  }

  @Override
  public void write(Layer layer, List<ByteBuffer> elements) throws IOException {
    writer.write(layer.tensor(), elements);
  }

  @Override
  public Optional<Verification> verify(Progress progress) throws IOException {
    progress.verify();
    Verification verification = new FileProofs(options).prove(in, model.path(), tensors);
    if (!verification.passed()) {
      throw new VerificationException(verification);
    }
    return Optional.of(verification);
  }

  @Override
  public void export() throws IOException {
    weights.write(model.path());
  }

  @Override
  public Map<Path, Path> files() {
    Map<Path, Path> files = new LinkedHashMap<>(model.files());
    files.putAll(weights.files());
    return files;
  }

  @Override
  public void finish() throws IOException {
    weights.finish();
    model.finish();
  }

  @Override
  public void publish() throws IOException {
    weights.publish();
    model.publish();
  }

  @Override
  public void close() throws IOException {
    try (model) {
      weights.close();
    }
  }
}
