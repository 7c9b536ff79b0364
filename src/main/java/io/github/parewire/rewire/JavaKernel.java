package io.github.parewire.rewire;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  /** A cache line's worth of columns, the least to read at a time. */
  private static final int LINE = 16;

  static {
    Nd4jBackend.start();
  }

  private final RewiringRule rule;
  private final LongConsumer passed;

  /** Makes a kernel that draws as the authors' code does. */
  public JavaKernel() {
    this(RewiringRule.authors(SamplerKind.REFERENCE));
  }

  /**
   * Makes a kernel.
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
   * @param passed gets the number of weights that were passed, every now and then; in the end, the
   *     weights of a matrix for each pass
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

  private void rewireOne(INDArray matrix, SeedSequence stream) {
    if (MatrixLayout.fits(matrix)) {
      rewireRowMajor(matrix, stream);
      return;
    }
    try (INDArray copy = matrix.dup('c')) {
      rewireRowMajor(copy, stream);
      matrix.assign(copy);
    }
  }

  private void rewireRowMajor(INDArray matrix, SeedSequence stream) {
    int rows = matrix.rows();
    int columns = matrix.columns();
    if (rule.passes().rewireInputs()) {
      pass(rows, columns, BLOCK / columns, stream, blocks(matrix, Side.ROWS, columns));
      HostMemory.written(matrix);
    }
    if (rule.passes().rewireOutputs()) {
      pass(columns, rows, Math.max(LINE, BLOCK / rows), stream, blocks(matrix, Side.COLUMNS, rows));
      HostMemory.written(matrix);
    }
  }

  private void pass(
      int lines, int length, int blockLines, SeedSequence stream, IntFunction<Block> blocks) {
    int capacity = Math.max(1, Math.min(lines, blockLines));
    try (Helper helper = new Helper();
        BlockPipeline pipeline = new BlockPipeline(helper, lines, length, capacity, blocks);
        UniformsAhead random = new UniformsAhead(helper, stream.generator())) {
      new Pass(length, rule).run(pipeline, random, passed);
    }
  }

  private static IntFunction<Block> blocks(INDArray array, Side side, int length) {
    MatrixLayout layout = MatrixLayout.of(array);
    Pointer memory = HostMemory.of(array);
    if (array.dataType() == DataType.FLOAT) {
      FloatMatrix matrix = new FloatMatrix(new FloatPointer(memory), layout);
      return capacity -> new FloatBlock(matrix, side, length, capacity);
    }
    if (array.dataType() == DataType.DOUBLE) {
      DoubleMatrix matrix = new DoubleMatrix(new DoublePointer(memory), layout);
      return capacity -> new DoubleBlock(matrix, side, length, capacity);
    }
    throw new IllegalArgumentException("expected FLOAT or DOUBLE, found " + array.dataType());
  }
}
