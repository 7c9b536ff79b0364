package io.github.parewire.report;

import io.github.parewire.layers.LeftTensor;
import io.github.parewire.model.OnnxFile;
import java.nio.file.Path;
import java.util.List;

/**
 * What a model has.
 *
 * @param path the file
 * @param bytes its size
 * @param dataBytes the size of the tensors in data files
 * @param dataFiles the data files
 * @param producer name and version of the program that made it; may be empty
 * @param irVersion the version of the format
 * @param opsets the operator sets, such as "ai.onnx 18"
 * @param layers every layer found, in the order of their numbers
 * @param left every other tensor of two or more dimensions
 */
public record Inspection(
    Path path,
    long bytes,
    long dataBytes,
    List<Path> dataFiles,
    String producer,
    long irVersion,
    List<String> opsets,
    List<LayerInspection> layers,
    List<LeftTensor> left) {

  /** Copies its arguments. */
  public Inspection {
    dataFiles = List.copyOf(dataFiles);
    opsets = List.copyOf(opsets);
    layers = List.copyOf(layers);
    left = List.copyOf(left);
  }

  /** What a file has, with its layers as they were measured. */
  public static Inspection of(OnnxFile file, List<LayerInspection> layers, List<LeftTensor> left) {
    return new Inspection(
        file.path(),
        file.size(),
        file.external().stream().mapToLong(range -> range.length()).sum(),
        file.external().stream().map(range -> range.file()).distinct().toList(),
        file.producer(),
        file.irVersion(),
        file.opsets(),
        layers,
        left);
  }

  /** The number of weights in all layers. */
  public long weights() {
    return layers.stream().mapToLong(layer -> layer.layer().tensor().elements()).sum();
  }
}
