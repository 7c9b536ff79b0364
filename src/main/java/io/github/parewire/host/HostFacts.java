package io.github.parewire.host;

import io.github.parewire.result.Gpu;
import io.github.parewire.result.Host;
import io.github.parewire.result.OpenClDevice;
import java.util.Optional;

/** Looks at this process. */
public final class HostFacts {

  private HostFacts() {}

  /**
   * What runs here.
   *
   * @param gpu the GPU that ND4J uses; empty for none
   * @param openCl the OpenCL device in use; empty for none
   */
  public static Host of(Optional<Gpu> gpu, Optional<OpenClDevice> openCl) {
    return new Host(
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        Versions.all(),
        gpu,
        openCl);
  }
}
