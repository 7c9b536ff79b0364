package io.github.parewire.opencl;

import io.github.parewire.array.LineAxis;
import io.github.parewire.rewire.SeededMatrix;
import java.nio.LongBuffer;
import java.util.List;
import java.util.function.LongConsumer;
import org.lwjgl.system.MemoryUtil;

/** One pass over the lines of several matrices on a device, whose lines are sorted already. */
final class DevicePass implements AutoCloseable {

  /** The work of the first launch; the others follow from how long it took. */
  private static final long FIRST_WORK = 1L << 18;

  private static final long MOST_WORK = 1L << 40;

  /** A display that waits for longer gives a driver up; too short ones waste time. */
  private static final double SHORT_SECONDS = 0.1;

  private static final double LONG_SECONDS = 0.3;

  private final ClDevice device;
  private final int count;
  private final int longest;
  private final LongBuffer facts;
  private final LongBuffer marks;

  /** On the device. */
  private long deviceFacts;

  private long deviceMarks;
  private long scratch;

  /**
   * Brings what describes the matrices to the device.
   *
   * @param starts where each begins in the buffer of weights, in weights
   * @param axis what lines are
   * @throws ClException if the device fails
   */
  DevicePass(ClDevice device, List<SeededMatrix> matrices, long[] starts, LineAxis axis) {
    this.device = device;
    count = starts.length;
    facts = MemoryUtil.memAllocLong(count * KernelLayout.FACTS);
    marks = MemoryUtil.memCallocLong(count * KernelLayout.MARKS);
    int most = 0;
    long scratchBytes = 0;
    for (int i = 0; i < count; i++) {
      SeededMatrix seeded = matrices.get(i);
      int length = seeded.matrix().lineLength(axis);
      int lines = seeded.matrix().lines(axis);
      facts.put(
          i * KernelLayout.FACTS,
          KernelLayout.facts(starts[i], lines, length, scratchBytes, seeded.stream()));
      scratchBytes += (long) length * KernelLayout.SCRATCH_BYTES;
      most = Math.max(most, length);
    }
    longest = most;
    try {
      deviceFacts = device.allocate(bytes(facts));
      deviceMarks = device.allocate(bytes(marks));
      scratch = device.allocate(scratchBytes);
      device.write(deviceFacts, 0, bytes(facts), MemoryUtil.memAddress(facts));
      device.write(deviceMarks, 0, bytes(marks), MemoryUtil.memAddress(marks));
    } catch (ClException e) {
      close();
      throw e;
    }
  }

  private static long bytes(LongBuffer numbers) {
    return (long) numbers.capacity() * Long.BYTES;
  }

  /**
   * Rewires all lines.
   *
   * @param weights the matrices; get the result
   * @param sorted the same with sorted lines
   * @param passed gets the number of weights after each launch
   */
  void run(
      ClProgram program,
      Variant variant,
      long weights,
      long sorted,
      double offset,
      LongConsumer passed) {
    program.prepare(
        weights,
        sorted,
        deviceFacts,
        deviceMarks,
        scratch,
        offset,
        variant.localBytes(device.description(), longest));
    long work = FIRST_WORK;
    long before = 0;
    while (!isDone()) {
      long begin = System.nanoTime();
      program.rewire(device.queue(), work, count, device.group());
      device.read(deviceMarks, 0, bytes(marks), MemoryUtil.memAddress(marks));
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (seconds < SHORT_SECONDS) {
        work = Math.min(2 * work, MOST_WORK);
      } else if (seconds > LONG_SECONDS) {
        work = Math.max(work / 2, 1);
      }
      long now = weightsPassed();
      passed.accept(now - before);
      before = now;
    }
  }

  private boolean isDone() {
    for (int i = 0; i < count; i++) {
      if (lines(i) < fact(i, KernelLayout.FACT_LINES) && !isUnfit(i)) {
        return false;
      }
    }
    return true;
  }

  private long weightsPassed() {
    long passed = 0;
    for (int i = 0; i < count; i++) {
      passed += lines(i) * fact(i, KernelLayout.FACT_LENGTH);
    }
    return passed;
  }

  private long lines(int matrix) {
    return marks.get(matrix * KernelLayout.MARKS + KernelLayout.MARK_LINE);
  }

  private long fact(int matrix, int which) {
    return facts.get(matrix * KernelLayout.FACTS + which);
  }

  /** Whether a matrix had strengths that are too large for probabilities, which ended its pass. */
  boolean isUnfit(int matrix) {
    return marks.get(matrix * KernelLayout.MARKS + KernelLayout.MARK_UNFIT) != 0;
  }

  @Override
  public void close() {
    MemoryUtil.memFree(facts);
    MemoryUtil.memFree(marks);
    ClDevice.free(deviceFacts);
    ClDevice.free(deviceMarks);
    ClDevice.free(scratch);
  }
}
