package io.github.parewire.report;

import io.github.parewire.device.Gpu;
import io.github.parewire.layers.LeftTensor;
import io.github.parewire.verify.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a run did.
 *
 * @param in the input
 * @param out the output; empty in a dry run
 * @param settings what decided the result
 * @param gpu where it ran; empty for the processor
 * @param layers every layer found, in the order of their numbers
 * @param left every other tensor of two or more dimensions
 * @param verification what was proven of the output; empty in a dry run
 * @param inputFiles hashes of the model and its data files; empty unless asked for
 * @param outputFiles hashes of what was written; empty unless asked for
 * @param times of the stages
 */
public record Report(
    Path in,
    Optional<Path> out,
    RunSettings settings,
    Optional<Gpu> gpu,
    List<LayerReport> layers,
    List<LeftTensor> left,
    Optional<Verification> verification,
    List<FileHash> inputFiles,
    List<FileHash> outputFiles,
    StageTimes times) {

  /** Copies its arguments. */
  public Report {
    layers = List.copyOf(layers);
    left = List.copyOf(left);
    inputFiles = List.copyOf(inputFiles);
    outputFiles = List.copyOf(outputFiles);
  }

  /** The layers that were rewired. */
  public List<LayerReport> rewired() {
    return layers.stream().filter(LayerReport::isRewired).toList();
  }

  /** The number of weights in the layers that were rewired. */
  public long weights() {
    return rewired().stream().mapToLong(report -> report.layer().tensor().elements()).sum();
  }

  /** What the user should know besides. */
  public List<Warning> warnings() {
    return Warnings.of(this);
  }
}
