package io.github.parewire.opencl;

import io.github.parewire.message.DeviceFailedException;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.opencl.MemoryLimit.Need;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.rewire.Attachment;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.SeededMatrix;
import io.github.parewire.rewire.UnfitMatrixException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.LongConsumer;

/**
 * The algorithm on an OpenCL device. It draws with the reference sampler, and gives the bytes that
 * {@link JavaKernel} gives. A work-group rewires a matrix; as many matrices are on the device
 * together as its memory holds.
 */
public final class OpenClKernel implements RewireKernel {

  /** Matrices of fewer weights take the processor less time than a device. */
  private static final long SMALL = 4096;

  private final RunningDevice running;
  private final Passes passes;
  private final double offset;
  private final long small;
  private final JavaKernel java;
  private final LongConsumer passed;

  /**
   * Makes a kernel.
   *
   * @param running the device, which kernels may share
   * @param rule what to rewire by: it must draw, with the reference sampler
   * @param passed gets the number of weights that were passed, every now and then; in the end,
   *     those of all matrices for each pass
   * @throws IllegalArgumentException if the rule is another
   */
  public OpenClKernel(RunningDevice running, RewiringRule rule, LongConsumer passed) {
    this(running, rule, passed, SMALL);
  }

  /** Makes a kernel that leaves matrices of fewer than so many weights to the processor. */
  OpenClKernel(RunningDevice running, RewiringRule rule, LongConsumer passed, long small) {
    if (!(rule.selection() instanceof Selection.Draw draw)
        || draw.sampler() != SamplerKind.REFERENCE) {
      throw new IllegalArgumentException("draws with the reference sampler alone, not by " + rule);
    }
    this.running = running;
    this.small = small;
    this.passed = passed;
    passes = rule.passes();
    offset = draw.offset();
    java = new JavaKernel(rule, passed);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedDeviceException if the device turns out to compute otherwise than this
   *     processor; no matrix has changed then
   * @throws DeviceFailedException if it fails, or has too little memory for a matrix
   */
  @Override
  public void rewire(List<SeededMatrix> matrices) {
    Set<Integer> unfit = new ConcurrentSkipListSet<>();
    List<Integer> onProcessor = new ArrayList<>();
    List<Integer> floats = new ArrayList<>();
    List<Integer> doubles = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      boolean isSmall = matrices.get(i).matrix().weights() < small;
      boolean isDouble = matrices.get(i).matrix().isDouble();
      (isSmall ? onProcessor : isDouble ? doubles : floats).add(i);
    }
    ParallelTasks.runAll(
        List.of(
            () -> {
              rewireThere(matrices, floats, unfit);
              rewireThere(matrices, doubles, unfit);
            },
            () -> rewireHere(matrices, onProcessor, unfit)));
    if (!unfit.isEmpty()) {
      throw new UnfitMatrixException(unfit.iterator().next(), Attachment.tooLarge(offset));
    }
  }

  private void rewireHere(List<SeededMatrix> matrices, List<Integer> numbers, Set<Integer> unfit) {
    for (int number : numbers) {
      try {
        java.rewire(List.of(matrices.get(number)));
      } catch (UnfitMatrixException e) {
        unfit.add(number);
      }
    }
  }

  private void rewireThere(List<SeededMatrix> matrices, List<Integer> numbers, Set<Integer> unfit) {
    int first = 0;
    while (first < numbers.size()) {
      int end = first;
      Need need = Need.NOTHING;
      do {
        need = need.and(Need.of(matrices.get(numbers.get(end)).matrix()));
        end++;
      } while (end < numbers.size()
          && running.limit().holds(need.and(Need.of(matrices.get(numbers.get(end)).matrix()))));
      rewireBatch(matrices, numbers.subList(first, end), unfit, new Once(passed));
      first = end;
    }
  }

  /** Where memory does not suffice, a half after the other. */
  private void rewireBatch(
      List<SeededMatrix> matrices, List<Integer> numbers, Set<Integer> unfit, Once once) {
    List<SeededMatrix> batch = numbers.stream().map(matrices::get).toList();
    long begin = once.done();
    try {
      boolean[] isUnfit = running.rewire(batch, passes, offset, once);
      for (int i = 0; i < isUnfit.length; i++) {
        if (isUnfit[i]) {
          unfit.add(numbers.get(i));
        }
      }
    } catch (ClException e) {
      if (!e.isOutOfMemory()) {
        throw lost(e);
      }
      if (batch.size() == 1) {
        throw tooLarge(batch.get(0), e);
      }
      once.backTo(begin);
      int half = numbers.size() / 2;
      rewireBatch(matrices, numbers.subList(0, half), unfit, once);
      rewireBatch(matrices, numbers.subList(half, numbers.size()), unfit, once);
    }
  }

  private DeviceFailedException lost(ClException e) {
    return new DeviceFailedException(
            device() + " failed while it rewired: " + e.getMessage() + "; nothing is written")
        .because(e);
  }

  private DeviceFailedException tooLarge(SeededMatrix seeded, ClException e) {
    Need need = Need.of(seeded.matrix());
    return new DeviceFailedException(
            String.format(
                Locale.ROOT,
                "%s has too little memory free, or failed: a matrix of %d x %d needs %,d MiB (%s);"
                    + " nothing is written",
                device(),
                seeded.matrix().rows(),
                seeded.matrix().columns(),
                (need.bytes() >> 20) + 1,
                e.getMessage()),
            Message.of("end other programs that use it"),
            Message.of("leave the tensor out with ", Message.option(RunOption.EXCLUDE)))
        .because(e);
  }

  private OpenClDevice device() {
    return running.description();
  }

  @Override
  public int longestLine() {
    return running.limit().longestLine();
  }
}
