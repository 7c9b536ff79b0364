package io.github.parewire.lockstep;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.MatrixLines;
import io.github.parewire.numpy.Pcg64;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.rewire.ExponentialKeys;
import io.github.parewire.rewire.SeededMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One pass over several matrices in lockstep: step r places line r of all that have one. The steps
 * go to the device in stretches, and between stretches the matrices that have come to their last
 * line make room.
 */
final class LockstepBatch {

  /** Bytes on the device for each place, besides those of the steps: ten numbers. */
  static final long BYTES_A_PLACE = 10 * Double.BYTES;

  /** Bytes on the device for each step and place: variate, sorted weight, placed weight. */
  static final long BYTES_A_STEP = 3 * Double.BYTES;

  /** Most steps times places in a stretch: arrays on the heap of 32 MiB. */
  private static final int LONGEST_STRETCH = 1 << 22;

  /** A matrix of the batch. */
  private static final class Member {
    final MatrixLines lines;
    final Pcg64 random;
    double[] strength;

    Member(SeededMatrix seeded, LineAxis axis) {
      lines = new MatrixLines(seeded.matrix(), axis);
      random = seeded.stream().generator();
      // Line 0 stays: there are no strengths yet to attach to.
      strength = lines.get(0, 1);
    }

    int count() {
      return lines.count();
    }

    int length() {
      return lines.length();
    }
  }

  private final List<Member> members;
  private final double offset;
  private final long budget;

  /**
   * Begins a pass.
   *
   * @param matrices row-major
   * @param offset what is added to strengths that are 0 or more
   * @param budget bytes to use on the device; exceeded where a single step needs more
   */
  LockstepBatch(List<SeededMatrix> matrices, LineAxis axis, double offset, long budget) {
    members = matrices.stream().map(seeded -> new Member(seeded, axis)).toList();
    this.offset = offset;
    this.budget = budget;
  }

  /** Rewires all lines. */
  void run() {
    int next = 1;
    List<Member> active = after(members, next);
    while (!active.isEmpty()) {
      LockstepLayout layout =
          new LockstepLayout(active.stream().mapToInt(Member::length).toArray());
      int end = Math.min(next + steps(layout.places()), roomAt(active));
      runStretch(active, layout, next, end);
      next = end;
      active = after(active, next);
    }
  }

  private static List<Member> after(List<Member> members, int line) {
    return members.stream().filter(member -> member.count() > line).toList();
  }

  /** How many steps fit into the budget, at least one. */
  private int steps(int places) {
    long fit = (budget / places - BYTES_A_PLACE) / BYTES_A_STEP;
    return (int) Math.max(1, Math.min(fit, LONGEST_STRETCH / places));
  }

  /** The line at which half of the columns or more have become idle. */
  private static int roomAt(List<Member> active) {
    long all = active.stream().mapToLong(Member::length).sum();
    List<Member> byCount = active.stream().sorted(Comparator.comparing(Member::count)).toList();
    long idle = 0;
    for (Member member : byCount) {
      idle += member.length();
      if (2 * idle >= all) {
        return member.count();
      }
    }
    throw new IllegalStateException("unreachable");
  }

  /** Lines {@code first .. end - 1}, as far as there are such. */
  private void runStretch(List<Member> active, LockstepLayout layout, int first, int end) {
    int places = layout.places();
    double[] exponentials = new double[(end - first) * places];
    double[] weights = new double[exponentials.length];
    drawExponentials(active, layout, first, end, exponentials);
    for (int i = 0; i < active.size(); i++) {
      Member member = active.get(i);
      int lines = Math.min(end, member.count()) - first;
      double[] sorted = member.lines.get(first, lines);
      LineSort.sort(sorted, member.length());
      copyLines(sorted, 0, member.length(), weights, layout.start(i), places, member.length());
    }
    double[] before = layout.spread(active.stream().map(m -> m.strength).toArray(double[][]::new));
    double[] placed;
    double[] after;
    try (Lockstep lockstep = new Lockstep(layout, offset, before, exponentials, weights)) {
      for (int step = 0; step < end - first; step++) {
        lockstep.step(step);
      }
      placed = lockstep.placed();
      after = lockstep.strengths();
    }
    for (int i = 0; i < active.size(); i++) {
      Member member = active.get(i);
      int lines = Math.min(end, member.count()) - first;
      double[] result = new double[lines * member.length()];
      copyLines(placed, layout.start(i), places, result, 0, member.length(), member.length());
      member.lines.put(first, lines, result);
      System.arraycopy(after, layout.start(i), member.strength, 0, member.length());
    }
  }

  /** Copies lines of a length between arrays in which they lie at other distances. */
  private static void copyLines(
      double[] from,
      int fromStart,
      int fromStride,
      double[] to,
      int toStart,
      int toStride,
      int length) {
    int target = toStart;
    for (int source = fromStart;
        source + length <= from.length && target + length <= to.length;
        source += fromStride) {
      System.arraycopy(from, source, to, target, length);
      target += toStride;
    }
  }

  /** Every matrix draws from its own stream, so idle threads of the caller's pool may help. */
  private static void drawExponentials(
      List<Member> active, LockstepLayout layout, int first, int end, double[] exponentials) {
    List<Runnable> parts = new ArrayList<>();
    for (int i = 0; i < active.size(); i++) {
      Member member = active.get(i);
      int lines = Math.min(end, member.count()) - first;
      int start = layout.start(i);
      parts.add(() -> drawExponentials(member, lines, exponentials, start, layout.places()));
    }
    ParallelTasks.runAll(parts);
  }

  private static void drawExponentials(
      Member member, int lines, double[] exponentials, int start, int stride) {
    long[] fractions = new long[member.length()];
    for (int line = 0; line < lines; line++) {
      member.random.fill(fractions, fractions.length);
      int at = start + line * stride;
      for (int i = 0; i < fractions.length; i++) {
        exponentials[at + i] = ExponentialKeys.exponential(fractions[i]);
      }
    }
  }
}
