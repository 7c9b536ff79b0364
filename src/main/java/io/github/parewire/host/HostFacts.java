package io.github.parewire.host;

import io.github.parewire.result.Gpu;
import io.github.parewire.result.Host;
import java.util.Optional;

/** Looks at this process. */
public final class HostFacts {

  private HostFacts() {}

  /**
   * What runs here.
   *
   * @param gpu the GPU in use; empty for the processor
   */
  public static Host of(Optional<Gpu> gpu) {
    return new Host(
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        Versions.all(),
        gpu);
  }
}
