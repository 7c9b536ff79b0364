package io.github.parewire.rewire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The algorithm in ND4J operations alone, on whichever backend runs. It draws with the exponential
 * sampler, whose variates the host draws from each matrix's own stream, and gives the bytes that
 * {@link JavaKernel} gives with it.
 *
 * <p>A GPU spends its time on starting operations rather than on a line's few thousand numbers. So
 * all matrices go in lockstep: step r places line r of each by the same operations.
 */
public final class Nd4jKernel implements RewireKernel {

  /** Bytes to use on the device unless another number is given. */
  public static final long DEFAULT_BUDGET = 1L << 29;

  private final Passes passes;
  private final double offset;
  private final long budget;
  private final LongConsumer passed;

  /**
   * Makes a kernel that follows the authors' algorithm, and that nobody watches.
   *
   * @see #Nd4jKernel(RewiringRule, long, LongConsumer)
   */
  public Nd4jKernel(long budget) {
    this(RewiringRule.authors(SamplerKind.EXPONENTIAL), budget, weights -> {});
  }

  /**
   * Makes a kernel.
   *
   * @param rule what to rewire by: it must draw, with the exponential sampler
   * @param budget bytes to use on the device, besides the matrices; exceeded where a single line
   *     needs more, at about 100 bytes a weight
   * @param passed gets the number of weights that were passed after each batch of matrices; in the
   *     end, those of all matrices for each pass
   * @throws IllegalArgumentException if the rule is another
   */
  public Nd4jKernel(RewiringRule rule, long budget, LongConsumer passed) {
    if (rule.selection() != SelectionKind.DRAW || rule.sampler() != SamplerKind.EXPONENTIAL) {
      throw new IllegalArgumentException(
          "draws with the exponential sampler alone, not by " + rule);
    }
    passes = rule.passes();
    offset = rule.offset();
    this.budget = budget;
    this.passed = passed;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnfitMatrixException also where strengths might become too large: if the largest
   *     magnitude times twice the longer side overflows, which takes float64 weights
   */
  @Override
  public void rewire(List<SeededMatrix> matrices) {
    Nd4jBackend.start();
    for (int i = 0; i < matrices.size(); i++) {
      try {
        requireModestWeights(matrices.get(i).matrix());
      } catch (ArithmeticException e) {
        throw new UnfitMatrixException(i, e);
      }
    }
    List<SeededMatrix> rowMajor = matrices.stream().map(Nd4jKernel::rowMajor).toList();
    if (passes.rewireInputs()) {
      pass(rowMajor, Side.ROWS);
    }
    if (passes.rewireOutputs()) {
      pass(rowMajor, Side.COLUMNS);
    }
    for (int i = 0; i < matrices.size(); i++) {
      INDArray copy = rowMajor.get(i).matrix();
      if (copy != matrices.get(i).matrix()) {
        matrices.get(i).matrix().assign(copy);
        copy.close();
      }
    }
  }

  @Override
  public int longestLine() {
    return LockstepLayout.MOST_PLACES;
  }

  private static SeededMatrix rowMajor(SeededMatrix seeded) {
    // Where a buffer's pointer leads if a view has an offset differs between backends.
    return MatrixLayout.fits(seeded.matrix()) && seeded.matrix().offset() == 0
        ? seeded
        : new SeededMatrix(seeded.matrix().dup('c'), seeded.stream());
  }

  /** Whether a strength overflows could not be seen in time on the device. */
  private void requireModestWeights(INDArray matrix) {
    if (matrix.dataType() == DataType.DOUBLE) {
      double longer = Math.max(matrix.rows(), matrix.columns());
      double bound = 2 * longer * matrix.amaxNumber().doubleValue() + offset;
      Attachment.require(bound <= Double.MAX_VALUE, offset);
    }
  }

  private void pass(List<SeededMatrix> matrices, Side side) {
    for (List<SeededMatrix> batch : batches(matrices, side)) {
      new LockstepBatch(batch, side, offset, budget).run();
      passed.accept(batch.stream().mapToLong(seeded -> seeded.matrix().length()).sum());
    }
  }

  /** Matrices that go together, those of alike numbers of lines first. */
  private List<List<SeededMatrix>> batches(List<SeededMatrix> matrices, Side side) {
    int mostBlocks = mostBlocks();
    List<List<SeededMatrix>> batches = new ArrayList<>();
    List<SeededMatrix> batch = new ArrayList<>();
    int blocks = 0;
    List<SeededMatrix> byLines =
        matrices.stream()
            .sorted(Comparator.comparing((SeededMatrix m) -> lines(m, side)).reversed())
            .toList();
    for (SeededMatrix seeded : byLines) {
      int more = LockstepLayout.blocks(length(seeded, side));
      if (!batch.isEmpty()
          && (blocks + more > mostBlocks || batch.size() == LockstepLayout.MOST_SEGMENTS)) {
        batches.add(batch);
        batch = new ArrayList<>();
        blocks = 0;
      }
      batch.add(seeded);
      blocks += more;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /** The power of two of blocks that the budget allows with a step on them. */
  private int mostBlocks() {
    long places = budget / (LockstepBatch.BYTES_A_PLACE + LockstepBatch.BYTES_A_STEP);
    long most = Math.min(places, LockstepLayout.MOST_PLACES) / LockstepLayout.BLOCK;
    return Integer.highestOneBit((int) Math.max(1, most));
  }

  private static int lines(SeededMatrix seeded, Side side) {
    return side == Side.ROWS ? seeded.matrix().rows() : seeded.matrix().columns();
  }

  private static int length(SeededMatrix seeded, Side side) {
    return side == Side.ROWS ? seeded.matrix().columns() : seeded.matrix().rows();
  }
}
