package io.github.parewire.opencl;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.Matrix.OwnMatrix;
import io.github.parewire.opencl.MemoryLimit.Need;
import io.github.parewire.options.Passes;
import io.github.parewire.rewire.SeededMatrix;
import java.util.List;
import java.util.function.LongConsumer;

/** Matrices of one type that are on a device together. */
final class Batch implements AutoCloseable {

  /** Weights that one launch sorts, at most. */
  private static final long SORTED_WEIGHTS = 1L << 25;

  private final ClDevice device;
  private final ClProgram program;
  private final Variant variant;
  private final List<SeededMatrix> matrices;
  private final long[] starts;
  private final int width;
  private final boolean[] unfit;

  /** The matrices, one after the other; and as much memory again. */
  private long weights;

  private long other;

  private Batch(ClDevice device, Variant variant, List<SeededMatrix> matrices) {
    this.device = device;
    this.variant = variant;
    this.matrices = matrices;
    program = device.program(variant);
    width = variant.isDouble() ? Double.BYTES : Float.BYTES;
    unfit = new boolean[matrices.size()];
    starts = new long[matrices.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + matrices.get(i - 1).matrix().weights();
    }
  }

  /**
   * Rewires matrices; they change at the end alone, when nothing can fail any more but copying.
   *
   * @param variant of which all of them are
   * @param passed gets the number of weights that were passed, every now and then
   * @return for each matrix whether its strengths are too large for probabilities
   * @throws ClException if the device fails, for instance for lack of memory
   */
  static boolean[] rewire(
      ClDevice device,
      Variant variant,
      List<SeededMatrix> matrices,
      Passes passes,
      double offset,
      LongConsumer passed) {
    try (Batch batch = new Batch(device, variant, matrices)) {
      batch.bringThere();
      if (passes.rewireInputs()) {
        batch.pass(LineAxis.ROWS, offset, passed);
      }
      if (passes.rewireOutputs()) {
        batch.transpose(LineAxis.ROWS);
        batch.pass(LineAxis.COLUMNS, offset, passed);
        batch.transpose(LineAxis.COLUMNS);
      }
      batch.bringBack();
      return batch.unfit;
    }
  }

  private void bringThere() {
    Need need = matrices.stream().map(m -> Need.of(m.matrix())).reduce(Need.NOTHING, Need::and);
    weights = device.allocate(need.weightBytes());
    other = device.allocate(need.weightBytes());
    for (int i = 0; i < starts.length; i++) {
      Matrix matrix = matrices.get(i).matrix();
      if (matrix.isDense()) {
        device.write(weights, starts[i] * width, bytes(matrix), matrix.address());
      } else {
        try (OwnMatrix copy = matrix.copy()) {
          device.write(weights, starts[i] * width, bytes(matrix), copy.matrix().address());
        }
      }
    }
  }

  private void bringBack() {
    for (int i = 0; i < starts.length; i++) {
      Matrix matrix = matrices.get(i).matrix();
      if (matrix.isDense()) {
        bringBack(i, matrix);
      } else {
        try (OwnMatrix copy = matrix.copy()) {
          bringBack(i, copy.matrix());
          matrix.assign(copy.matrix());
        }
      }
    }
  }

  private void bringBack(int number, Matrix matrix) {
    device.read(weights, starts[number] * width, bytes(matrix), matrix.address());
    matrix.written();
  }

  private long bytes(Matrix matrix) {
    return matrix.weights() * width;
  }

  private void pass(LineAxis axis, double offset, LongConsumer passed) {
    for (int i = 0; i < starts.length; i++) {
      sort(starts[i], matrices.get(i).matrix().lineLength(axis), lines(i, axis));
    }
    try (DevicePass pass = new DevicePass(device, matrices, starts, axis)) {
      pass.run(program, variant, weights, other, offset, passed);
      for (int i = 0; i < unfit.length; i++) {
        unfit[i] |= pass.isUnfit(i);
      }
    }
  }

  private int lines(int number, LineAxis axis) {
    return matrices.get(number).matrix().lines(axis);
  }

  private void sort(long start, int length, int lines) {
    long most = Math.max(1, SORTED_WEIGHTS / length);
    for (long first = 0; first < lines; first += most) {
      long count = Math.min(most, lines - first);
      program.sort(
          device.queue(), weights, other, start + first * length, length, count, device.group());
    }
  }

  /** Makes columns of what are rows now, and lie along an axis of the host's matrix. */
  private void transpose(LineAxis axis) {
    for (int i = 0; i < starts.length; i++) {
      Matrix matrix = matrices.get(i).matrix();
      program.transpose(
          device.queue(), weights, other, starts[i], matrix.lines(axis), matrix.lineLength(axis));
    }
    long swap = weights;
    weights = other;
    other = swap;
  }

  @Override
  public void close() {
    ClDevice.free(weights);
    ClDevice.free(other);
  }
}
