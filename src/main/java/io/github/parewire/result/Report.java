package io.github.parewire.result;

import io.github.parewire.options.RewireOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a run did. It consists of values alone, and stays what it is when the files have changed.
 *
 * @param in the input
 * @param out the output; empty in a dry run
 * @param options what was asked for
 * @param host what ran, and where
 * @param layers every layer found, in the order of their numbers
 * @param left every other tensor of two or more dimensions
 * @param warnings what the user should know besides, at most one of each kind
 * @param verification what was proven of the output; empty in a dry run
 * @param inputFiles hashes of the model and its data files; empty unless asked for
 * @param outputFiles hashes of what was written; empty unless asked for
 * @param times of the stages
 */
public record Report(
    Path in,
    Optional<Path> out,
    RewireOptions options,
    Host host,
    List<LayerReport> layers,
    List<LeftTensor> left,
    List<Warning> warnings,
    Optional<Verification> verification,
    List<FileHash> inputFiles,
    List<FileHash> outputFiles,
    StageTimes times) {

  /** Copies its arguments. */
  public Report {
    layers = List.copyOf(layers);
    left = List.copyOf(left);
    warnings = List.copyOf(warnings);
    inputFiles = List.copyOf(inputFiles);
    outputFiles = List.copyOf(outputFiles);
  }

  /** {@return the layers that were rewired} */
  public List<LayerReport.Rewired> rewired() {
    return only(LayerReport.Rewired.class).toList();
  }

  /** {@return the layers that were left} */
  public List<LayerReport.Left> leftLayers() {
    return only(LayerReport.Left.class).toList();
  }

  private <T extends LayerReport> Stream<T> only(Class<T> kind) {
    return layers.stream().filter(kind::isInstance).map(kind::cast);
  }

  /** {@return the number of weights in the layers that were rewired} */
  public long weights() {
    return rewired().stream().mapToLong(rewired -> rewired.layer().weights()).sum();
  }

  /**
   * The same report with other names of files, such as for files that stand for something else.
   *
   * @param names gives a path its other name, or leaves it
   * @return another report
   */
  public Report renamed(UnaryOperator<Path> names) {
    return new Report(
        names.apply(in),
        out.map(names),
        options,
        host,
        layers,
        left,
        warnings,
        verification,
        inputFiles.stream().map(hash -> hash.renamed(names)).toList(),
        outputFiles.stream().map(hash -> hash.renamed(names)).toList(),
        times);
  }
}
