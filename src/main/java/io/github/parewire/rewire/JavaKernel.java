package io.github.parewire.rewire;

import io.github.parewire.array.DoubleMatrix;
import io.github.parewire.array.FloatMatrix;
import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.NativeMatrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.Selection;
import io.github.parewire.parallel.IdleThread;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;

/**
 * The row loop in Java, on the array's own memory: an ND4J call for each step of each row would
 * take longer than the step.
 *
 * <p>A large matrix keeps one thread busy for long. Called in a {@link
 * java.util.concurrent.ForkJoinPool}, the kernel lets the pool's idle threads work ahead.
 */
public final class JavaKernel implements RewireKernel {

  /** Weights in a block of lines, where a line has fewer. */
  private static final int BLOCK = 1 << 15;

  /** A cache line's worth of lines that lie across memory, the least to read at a time. */
  private static final int LINE = 16;

  /**
   * Such lines to read at a time, if that is not {@link #LARGE}: what they have of each line in
   * memory is in a page of its own, and to find one takes as long as to read some cache lines of
   * it.
   */
  private static final int LINES = 64;

  /** Weights in a block of such lines, where {@link #LINE} have fewer. */
  private static final int LARGE = 1 << 20;

  private final RewiringRule rule;
  private final LongConsumer passed;

  /** Makes a kernel that draws as the authors' code does. */
  public JavaKernel() {
    this(RewiringRule.AUTHORS);
  }

  /**
   * Makes a kernel that nobody watches.
   *
   * @param rule what to rewire by
   */
  public JavaKernel(RewiringRule rule) {
    this(rule, weights -> {});
  }

  /**
   * Makes a kernel.
   *
   * @param rule what to rewire by
   * @param passed gets the number of weights that were placed, every now and then; in the end, the
   *     weights of a matrix for each of the rule's rounds
   */
  public JavaKernel(RewiringRule rule, LongConsumer passed) {
    this.rule = rule;
    this.passed = passed;
  }

  @Override
  public void rewire(List<SeededMatrix> matrices) {
    for (int i = 0; i < matrices.size(); i++) {
      try {
        rewireOne(matrices.get(i).matrix(), matrices.get(i).stream());
      } catch (ArithmeticException e) {
        throw new UnfitMatrixException(i, e);
      }
    }
  }

  @Override
  public int longestLine() {
    return Integer.MAX_VALUE;
  }

  private void rewireOne(Matrix matrix, SeedSequence stream) {
    if (rule.selection() instanceof Selection.BestOf best) {
      BestOrder.take(best.draws(), rule.passes(), matrix, stream, passed);
    } else if (rule.selection() instanceof Selection.ByStrength selection) {
      rewireBy(selection, matrix, stream);
    }
  }

  private void rewireBy(Selection.ByStrength selection, Matrix matrix, SeedSequence stream) {
    if (rule.passes().rewireInputs()) {
      pass(selection, matrix, LineAxis.ROWS, stream);
    }
    if (rule.passes().rewireOutputs()) {
      pass(selection, matrix, LineAxis.COLUMNS, stream);
    }
  }

  /** How many lines of a matrix to read at a time. */
  static int blockLines(Matrix matrix, LineAxis axis) {
    int length = matrix.lineLength(axis);
    int least =
        axis == matrix.linesInMemory()
            ? 1
            : Math.max(LINE, Math.min(LINES, LARGE / length / LINE * LINE));
    return Math.min(matrix.lines(axis), Math.max(least, BLOCK / length));
  }

  private void pass(
      Selection.ByStrength selection, Matrix matrix, LineAxis axis, SeedSequence stream) {
    int lines = matrix.lines(axis);
    int length = matrix.lineLength(axis);
    int capacity = blockLines(matrix, axis);
    IntFunction<Block<?>> blocks = blocks(matrix.memory(), axis, length);
    try (IdleThread idleThread = new IdleThread();
        BlockPipeline pipeline = new BlockPipeline(idleThread, lines, length, capacity, blocks);
        UniformsAhead random = new UniformsAhead(idleThread, stream.generator())) {
      new Pass(length, selection).run(pipeline, random, passed);
    }
    matrix.written();
  }

  private static IntFunction<Block<?>> blocks(NativeMatrix<?> memory, LineAxis axis, int length) {
    if (memory instanceof FloatMatrix floats) {
      return capacity -> new FloatBlock(floats, axis, length, capacity);
    }
    DoubleMatrix doubles = (DoubleMatrix) memory;
    return capacity -> new DoubleBlock(doubles, axis, length, capacity);
  }
}
