package io.github.parewire.measure;

import io.github.parewire.layers.MatrixStack;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.layers.ViewStep.Permute;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in its matrices each element of a stored tensor is, for elements taken in the order in
 * which they are stored: nothing is transposed to be summed.
 *
 * <p>A reshape moves no element, so only the permutations of a view count. Elements that follow
 * each other on a permutation's last axis are equally far apart in the matrix.
 */
final class ViewWalk {

  /**
   * A permutation: sizes of the source's axes, and how far apart their elements are in the result.
   */
  private static final class Move {

    private final int[] sizes;
    private final long[] strides;

    Move(Permute step) {
      int rank = step.axes().size();
      sizes = new int[rank];
      strides = new long[rank];
      long stride = 1;
      for (int i = rank - 1; i >= 0; i--) {
        int axis = step.axes().get(i);
        sizes[axis] = Math.toIntExact(step.dims().get(i));
        strides[axis] = stride;
        stride *= sizes[axis];
      }
    }

    int last() {
      return sizes[sizes.length - 1];
    }

    long apply(long index) {
      long rest = index;
      long moved = 0;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        moved += rest % sizes[axis] * strides[axis];
        rest /= sizes[axis];
      }
      return moved;
    }
  }

  private final List<Move> moves = new ArrayList<>();
  private final int slices;
  private final int outputs;
  private final int inputs;

  /** Elements that are known to be equally far apart. */
  private final long run;

  ViewWalk(MatrixStack stack) {
    for (ViewStep step : stack.view().steps()) {
      if (step instanceof Permute permute) {
        moves.add(new Move(permute));
      }
    }
    slices = Math.toIntExact(stack.shape().slices());
    outputs = Math.toIntExact(stack.shape().outputs());
    inputs = Math.toIntExact(stack.shape().inputs());
    run =
        switch (moves.size()) {
          case 0 -> Long.MAX_VALUE;
          case 1 -> moves.get(0).last();
          default -> 1;
        };
  }

  /** Sums for the weights of this view. */
  WeightSums sums() {
    return new WeightSums(slices, outputs, inputs);
  }

  /** Number of lines in all matrices, rows and columns. */
  long lines() {
    return (long) slices * (outputs + (long) inputs);
  }

  /**
   * Adds stored weights that follow each other.
   *
   * @param first number of the first of them in the tensor
   * @param weights the weights, from the start on
   * @param count how many
   */
  void add(long first, double[] weights, int count, WeightSums sums) {
    int at = 0;
    while (at < count) {
      int length = (int) Math.min(count - at, run - (first + at) % run);
      long position = position(first + at);
      long step = length == 1 ? 1 : position(first + at + 1) - position;
      addRun(position, step, weights, at, length, sums);
      at += length;
    }
  }

  /** The place of a stored element in the matrices, taken as one row-major array. */
  private long position(long index) {
    long position = index;
    for (Move move : moves) {
      position = move.apply(position);
    }
    return position;
  }

  private void addRun(
      long position, long step, double[] weights, int from, int length, WeightSums sums) {
    int at = from;
    int end = from + length;
    while (at < end) {
      long start = position + (at - from) * step;
      long row = start / inputs;
      int column = (int) (start % inputs);
      int slice = (int) (row / outputs);
      int lineColumn = slice * inputs + column;
      int remaining = end - at;
      int taken;
      if (step % inputs == 0 && step / inputs < outputs) {
        int rowStep = (int) (step / inputs);
        taken = Math.min(remaining, fit(outputs - (int) (row % outputs), rowStep));
        sums.addToColumn(lineColumn, (int) row, rowStep, weights, at, taken);
      } else {
        taken = step < inputs ? Math.min(remaining, fit(inputs - column, (int) step)) : 1;
        sums.addToRow((int) row, lineColumn, (int) Math.min(step, inputs), weights, at, taken);
      }
      at += taken;
    }
  }

  /** How many lines, each a step further, lie within the next ones. */
  private static int fit(int lines, int step) {
    return (lines - 1) / step + 1;
  }
}
