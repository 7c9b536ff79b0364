package io.github.parewire.cli;

import io.github.parewire.options.GroupMode;
import io.github.parewire.options.LayerOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which layers are rewired, and as which matrices. */
final class LayerFlags {

  @Option(
      names = "--groups",
      paramLabel = "joint|separate",
      completionCandidates = Choices.Groups.class,
      defaultValue = "joint",
      description =
          "A grouped convolution as one matrix, as in the authors' code, or one a group (default:"
              + " ${DEFAULT-VALUE}).")
  private GroupMode groups;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "Rewire only tensors whose names match (* any characters, ? one). A name given whole"
              + " also takes a tensor that is left for being shared. Repeatable.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Leave tensors whose names match. Repeatable.")
  private List<String> exclude = new ArrayList<>();

  LayerOptions layers() {
    return new LayerOptions(groups, include, exclude);
  }
}
