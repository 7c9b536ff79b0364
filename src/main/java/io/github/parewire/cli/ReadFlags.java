package io.github.parewire.cli;

import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.RewireOptions;
import picocli.CommandLine.Option;

/** How files are read: what all commands have in common. */
final class ReadFlags {

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Tensors at work at a time (default: the number of processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--allow-hard-links",
      description = "Read external data from a file that has other names too (hard links).")
  private boolean allowHardLinks;

  int threads() {
    return threads;
  }

  boolean allowHardLinks() {
    return allowHardLinks;
  }

  /** The options of a command that writes no model. */
  RewireOptions.Builder options() {
    return RewireOptions.builder()
        .execution(ExecutionOptions.threads(threads))
        .files(FileOptions.builder().allowHardLinks(allowHardLinks).build());
  }
}
