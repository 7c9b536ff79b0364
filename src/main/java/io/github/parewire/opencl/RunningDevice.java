package io.github.parewire.opencl;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.Passes;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.rewire.SeededMatrix;
import java.util.List;
import java.util.function.LongConsumer;

/** A device that has been started and tried out; threads may share it, and take turns. */
public final class RunningDevice implements AutoCloseable {

  private final ClDevice device;
  private final MemoryLimit limit;

  private RunningDevice(ClDevice device, MemoryLimit limit) {
    this.device = device;
    this.limit = limit;
  }

  /**
   * Starts a device, and compares what it makes of a few small matrices with what this processor
   * does. ND4J runs then.
   *
   * @param description one of {@link DeviceList}
   * @throws UnsupportedDeviceException if it can't be used, or computes otherwise
   */
  public static RunningDevice start(OpenClDevice description) {
    if (description.obstacle().isPresent()) {
      throw ClDevice.unsupported(
          description, "can't be used: " + description.obstacle().orElseThrow());
    }
    RunningDevice running =
        new RunningDevice(ClDevice.open(description), MemoryLimit.of(description));
    try {
      running.tryOut(new Variant(false, true));
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  /** Compiles what is not yet compiled, and compares. */
  private void tryOut(Variant variant) {
    boolean isNew = !device.has(variant);
    try {
      device.program(variant);
      if (isNew) {
        SelfTest.require(device, variant);
      }
    } catch (ClException e) {
      if (!isNew) {
        throw e;
      }
      throw ClDevice.unsupported(
          device.description(), "can't be used, a trial failed: " + e.getMessage());
    }
  }

  /** The device. */
  public OpenClDevice description() {
    return device.description();
  }

  /**
   * Whether a matrix fits into the device's memory.
   *
   * @param rows output neurons
   * @param columns inputs
   * @param isDouble whether its weights are float64
   */
  public boolean holds(long rows, long columns, boolean isDouble) {
    return limit.holds(MemoryLimit.Need.of(rows, columns, isDouble));
  }

  /** Bytes that a matrix takes on the device. */
  public long neededBytes(long rows, long columns, boolean isDouble) {
    return MemoryLimit.Need.of(rows, columns, isDouble).bytes();
  }

  /** Bytes of the device's memory that are used at most. */
  public long usableBytes() {
    return limit.all();
  }

  /** The same device with less memory, for tests; to be closed once. */
  RunningDevice within(long bytes) {
    return new RunningDevice(device, new MemoryLimit(bytes, bytes));
  }

  /** The device itself, for tests. */
  ClDevice device() {
    return device;
  }

  MemoryLimit limit() {
    return limit;
  }

  /**
   * Rewires matrices of one type, which fit.
   *
   * @return for each whether its strengths are too large for probabilities
   * @throws ClException if the device fails
   * @throws UnsupportedDeviceException if it computes otherwise than this processor
   */
  synchronized boolean[] rewire(
      List<SeededMatrix> matrices, Passes passes, double offset, LongConsumer passed) {
    int longest =
        matrices.stream()
            .mapToInt(m -> Math.max(m.matrix().rows(), m.matrix().columns()))
            .max()
            .orElseThrow();
    boolean isDouble = matrices.get(0).matrix().isDouble();
    Variant variant = Variant.of(device.description(), isDouble, longest);
    tryOut(variant);
    return Batch.rewire(device, variant, matrices, passes, offset, passed);
  }

  @Override
  public synchronized void close() {
    device.close();
  }
}
