package io.github.parewire.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.parewire.opencl.DeviceList;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.result.OpenClDevices;

/** The OpenCL device that tests run on: the first that can be used, such as POCL's. */
public final class OpenCl {

  private static final String REQUIRED = "PAREWIRE_REQUIRE_OPENCL";

  private static final class Lazy {
    static final OpenClDevices ALL = DeviceList.look();
  }

  private OpenCl() {}

  /**
   * The device; skips the test where there is none, or fails it where continuous integration must
   * have one.
   */
  public static OpenClDevice device() {
    if (Lazy.ALL.first().isEmpty()) {
      String message =
          "no OpenCL device (Debian: apt-get install pocl-opencl-icd ocl-icd-libopencl1): "
              + Lazy.ALL;
      if (System.getenv(REQUIRED) != null || System.getenv("CI") != null) {
        fail(message);
      }
      abort(message);
    }
    return Lazy.ALL.first().orElseThrow();
  }

  /** What command lines call it. */
  public static String name() {
    return "opencl:" + device().number();
  }
}
