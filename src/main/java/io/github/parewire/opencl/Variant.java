package io.github.parewire.opencl;

import io.github.parewire.result.OpenClDevice;

/**
 * How the source is compiled: a program of its own for each.
 *
 * @param isDouble whether weights are float64
 * @param isFirstInLocal whether a line's first draws lie in local memory
 */
record Variant(boolean isDouble, boolean isFirstInLocal) {

  /** Sizes of local memory to ask for are so far apart: some drivers compile anew for each. */
  private static final int STEP = 4;

  private static final long LEAST_LOCAL = 4 << 10;

  /** The one for matrices whose longest line has so many weights. */
  static Variant of(OpenClDevice device, boolean isDouble, int longest) {
    return new Variant(isDouble, bytes(longest) <= localMemory(device));
  }

  /** Bytes of local memory to ask for, for lines of up to so many weights. */
  long localBytes(OpenClDevice device, int longest) {
    if (!isFirstInLocal) {
      return 0;
    }
    long rounded = LEAST_LOCAL;
    while (rounded < bytes(longest)) {
      rounded *= STEP;
    }
    return Math.min(rounded, localMemory(device));
  }

  private static long bytes(int longest) {
    return (long) longest * KernelLayout.FIRST_BYTES;
  }

  private static long localMemory(OpenClDevice device) {
    return (device.localMemory() - KernelLayout.OWN_LOCAL) / Long.BYTES * Long.BYTES;
  }
}
