package io.github.parewire.cli;

import io.github.parewire.UsageException;
import picocli.CommandLine.Option;

/** How files are read: what all commands have in common. */
final class ReadOptions {

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
    if (threads < 1) {
      throw new UsageException("expected 1 thread or more, found " + threads);
    }
    return threads;
  }

  boolean allowHardLinks() {
    return allowHardLinks;
  }
}
