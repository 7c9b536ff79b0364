package io.github.parewire.lockstep;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.Matrix.OwnMatrix;
import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.Attachment;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.SeededMatrix;
import io.github.parewire.rewire.UnfitMatrixException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

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
    if (!(rule.selection() instanceof Selection.Draw draw)
        || draw.sampler() != SamplerKind.EXPONENTIAL) {
      throw new IllegalArgumentException(
          "draws with the exponential sampler alone, not by " + rule);
    }
    passes = rule.passes();
    offset = draw.offset();
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
    List<SeededMatrix> atStart = new ArrayList<>();
    Map<Matrix, OwnMatrix> copies = new LinkedHashMap<>();
    try {
      for (SeededMatrix seeded : matrices) {
        atStart.add(atStart(seeded, copies));
      }
      if (passes.rewireInputs()) {
        pass(atStart, LineAxis.ROWS);
      }
      if (passes.rewireOutputs()) {
        pass(atStart, LineAxis.COLUMNS);
      }
      copies.forEach((matrix, copy) -> matrix.assign(copy.matrix()));
    } finally {
      copies.values().forEach(OwnMatrix::close);
    }
  }

  @Override
  public int longestLine() {
    return LockstepLayout.MOST_PLACES;
  }

  /** The matrix itself, or a copy that is noted. */
  private static SeededMatrix atStart(SeededMatrix seeded, Map<Matrix, OwnMatrix> copies) {
    if (seeded.matrix().isAtStart()) {
      return seeded;
    }
    OwnMatrix copy = seeded.matrix().copy();
    copies.put(seeded.matrix(), copy);
    return new SeededMatrix(copy.matrix(), seeded.stream());
  }

  /** Whether a strength overflows could not be seen in time on the device. */
  private void requireModestWeights(Matrix matrix) {
    if (matrix.isDouble()) {
      double longer = Math.max(matrix.rows(), matrix.columns());
      double bound = 2 * longer * matrix.largest() + offset;
      Attachment.require(bound <= Double.MAX_VALUE, offset);
    }
  }

  private void pass(List<SeededMatrix> matrices, LineAxis axis) {
    for (List<SeededMatrix> batch : batches(matrices, axis)) {
      new LockstepBatch(batch, axis, offset, budget).run();
      passed.accept(batch.stream().mapToLong(seeded -> seeded.matrix().weights()).sum());
    }
  }

  /** Matrices that go together, those of alike numbers of lines first. */
  private List<List<SeededMatrix>> batches(List<SeededMatrix> matrices, LineAxis axis) {
    int mostBlocks = mostBlocks();
    List<List<SeededMatrix>> batches = new ArrayList<>();
    List<SeededMatrix> batch = new ArrayList<>();
    int blocks = 0;
    List<SeededMatrix> byLines =
        matrices.stream()
            .sorted(Comparator.comparing((SeededMatrix m) -> m.matrix().lines(axis)).reversed())
            .toList();
    for (SeededMatrix seeded : byLines) {
      int more = LockstepLayout.blocks(seeded.matrix().lineLength(axis));
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
}
