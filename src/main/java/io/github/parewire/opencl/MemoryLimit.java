package io.github.parewire.opencl;

import io.github.parewire.array.Matrix;
import io.github.parewire.result.OpenClDevice;

/**
 * How much may be on a device at a time.
 *
 * @param all bytes of all buffers together
 * @param buffer bytes of one buffer
 */
record MemoryLimit(long all, long buffer) {

  /** Bytes to use of a device's memory at most; for tests, and where a device says too much. */
  static final String PROPERTY = "parewire.opencl.memory";

  /** What else is on a card: a display, the driver's own. */
  private static final double GPU_SHARE = 0.8;

  /** The processor's memory has the model, too. */
  private static final double CPU_SHARE = 0.25;

  /** Lines of more weights than a sort can count. */
  private static final int LONGEST = 1 << 30;

  /** What a matrix takes, or several of one type. */
  record Need(long weightBytes, long scratchBytes) {

    static final Need NOTHING = new Need(0, 0);

    static Need of(long rows, long columns, boolean isDouble) {
      return new Need(
          rows * columns * (isDouble ? Double.BYTES : Float.BYTES),
          Math.max(rows, columns) * KernelLayout.SCRATCH_BYTES);
    }

    static Need of(Matrix matrix) {
      return of(matrix.rows(), matrix.columns(), matrix.isDouble());
    }

    Need and(Need other) {
      return new Need(weightBytes + other.weightBytes, scratchBytes + other.scratchBytes);
    }

    /** All of it: the weights twice. */
    long bytes() {
      return 2 * weightBytes + scratchBytes;
    }
  }

  static MemoryLimit of(OpenClDevice device) {
    double share = device.type() == OpenClDevice.Type.CPU ? CPU_SHARE : GPU_SHARE;
    long all = Long.getLong(PROPERTY, (long) (device.memory() * share));
    return new MemoryLimit(all, Math.min(all, device.largestBuffer()));
  }

  boolean holds(Need need) {
    return need.weightBytes() <= buffer && need.scratchBytes() <= buffer && need.bytes() <= all;
  }

  /** The most weights that a line may have. */
  int longestLine() {
    long perWeight = 2L * Double.BYTES + KernelLayout.SCRATCH_BYTES;
    long most = Math.min(buffer / KernelLayout.SCRATCH_BYTES, all / perWeight);
    return (int) Math.min(most, LONGEST);
  }
}
