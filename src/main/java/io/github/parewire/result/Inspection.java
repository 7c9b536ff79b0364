package io.github.parewire.result;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a model has. It consists of values alone.
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
 * @param recurrent those of them that are weights of recurrent layers
 * @param host what looked at it, and where
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
    List<LeftTensor> left,
    List<RecurrentInspection> recurrent,
    Host host) {

  /** Copies its arguments. */
  public Inspection {
    dataFiles = List.copyOf(dataFiles);
    opsets = List.copyOf(opsets);
    layers = List.copyOf(layers);
    left = List.copyOf(left);
    recurrent = List.copyOf(recurrent);
  }

  /** {@return the number of weights in all layers} */
  public long weights() {
    return layers.stream().mapToLong(layer -> layer.layer().weights()).sum();
  }

  /**
   * The same inspection with another name of the model, such as for a file that stands for
   * something else.
   *
   * @param names gives a path its other name, or leaves it
   * @return another inspection
   */
  public Inspection renamed(UnaryOperator<Path> names) {
    return new Inspection(
        names.apply(path),
        bytes,
        dataBytes,
        dataFiles,
        producer,
        irVersion,
        opsets,
        layers,
        left,
        recurrent,
        host);
  }
}
