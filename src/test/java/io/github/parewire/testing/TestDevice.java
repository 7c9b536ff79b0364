package io.github.parewire.testing;

import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.device.CudaBuild;
import io.github.parewire.device.CudaRequirements;
import io.github.parewire.device.NvidiaSmi;

/** What ND4J runs on in tests: the processor, or with {@code -Dtest.device=cuda} the GPU. */
public final class TestDevice {

  private TestDevice() {}

  /** Starts ND4J there; before a test uses it otherwise. */
  public static void start() {
    if (System.getProperty("test.device", "cpu").equals("cuda")) {
      System.out.println(CudaRequirements.require(new NvidiaSmi(), System.getenv()));
      CudaBuild.require();
      Nd4jBackend.useGpu();
    } else {
      Nd4jBackend.start();
    }
  }
}
