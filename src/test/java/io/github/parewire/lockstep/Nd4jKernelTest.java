package io.github.parewire.lockstep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.RewireKernelContract;
import io.github.parewire.rewire.SeededMatrix;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Against the Java kernel with the exponential sampler, bit for bit; on a GPU with {@code
 * -Dtest.device=cuda}.
 */
final class Nd4jKernelTest extends RewireKernelContract {

  private static final RewireKernel JAVA =
      new JavaKernel(RewiringRule.authors(SamplerKind.EXPONENTIAL));
  private static final SeedSequence SEED = SeedSequence.of(BigInteger.valueOf(7));

  @Override
  protected RewireKernel kernel(RewiringRule rule, LongConsumer passed) {
    return new Nd4jKernel(rule, Nd4jKernel.DEFAULT_BUDGET, passed);
  }

  @Override
  protected List<Selection> selections() {
    return List.of(Selection.Draw.authors(SamplerKind.EXPONENTIAL));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,9", "9,1", "2,2", "17,40", "32,32", "33,31", "130,70", "40,600", "600,40"})
  void equalsTheJavaKernel(int rows, int columns) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, List.of(matrix(type, rows, columns)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anyPassesAndOffset(Passes passes) {
    for (double offset : new double[] {1e-3, 0.1, 1, 1e9}) {
      RewiringRule rule =
          new RewiringRule(passes, new Selection.Draw(SamplerKind.EXPONENTIAL, offset));
      INDArray expected = matrix(DataType.FLOAT, 40, 70);
      INDArray found = expected.dup();
      new JavaKernel(rule).rewire(Matrix.of(expected), SEED);
      kernel(rule, passed -> {}).rewire(Matrix.of(found), SEED);
      assertArrayEquals(bits(expected), bits(found), rule.toString());
    }
  }

  /** From nothing, which leaves a step at a time, to everything at once. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, 60_000, 300_000, Nd4jKernel.DEFAULT_BUDGET})
  void manyMatricesWithinAnyBudget(long budget) {
    assertEqualResults(
        budget,
        List.of(
            matrix(DataType.FLOAT, 30, 50),
            matrix(DataType.DOUBLE, 30, 50),
            matrix(DataType.FLOAT, 1, 300),
            matrix(DataType.FLOAT, 80, 3),
            matrix(DataType.FLOAT, 64, 64),
            matrix(DataType.DOUBLE, 5, 200),
            matrix(DataType.FLOAT, 1, 1),
            matrix(DataType.FLOAT, 31, 33)));
  }

  @Test
  void moreMatricesThanOneSortTakes() {
    List<INDArray> matrices = new ArrayList<>();
    for (int i = 0; i < LockstepLayout.MOST_SEGMENTS + 45; i++) {
      matrices.add(matrix(DataType.FLOAT, 1 + i % 4, 2 + i % 7));
    }
    assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, matrices);
  }

  @Test
  void equalWeightsZerosAndSubnormalNumbers() {
    Random random = Seeds.random("ties");
    double[] values = {0.0, -0.0, 0.5, -0.5, Double.MIN_VALUE, -Double.MIN_VALUE, 1.0};
    INDArray ties = map(matrix(DataType.DOUBLE, 40, 50), w -> values[random.nextInt(7)]);
    INDArray zeros = map(matrix(DataType.FLOAT, 40, 50), w -> random.nextBoolean() ? 0.0 : -0.0);
    INDArray same = map(matrix(DataType.FLOAT, 40, 50), w -> 0.25);
    assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, List.of(ties, zeros, same));
  }

  /** Keys then differ by hundreds of orders of magnitude. */
  @Test
  void weightsOfAnyScale() {
    INDArray tiny = map(matrix(DataType.DOUBLE, 20, 30), w -> w * 1e-300);
    INDArray large = map(matrix(DataType.DOUBLE, 20, 30), w -> w * 1e300);
    INDArray mixed = map(matrix(DataType.DOUBLE, 20, 30), w -> Math.pow(w * 100, 61));
    INDArray floats = map(matrix(DataType.FLOAT, 20, 30), w -> w * 1e38);
    assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, List.of(tiny, large, mixed, floats));
  }

  @Test
  void idleThreadsOfAPoolHelp() {
    ForkJoinPool pool = new ForkJoinPool(3);
    try {
      pool.submit(this::assertLargeAndSmall).join();
    } finally {
      pool.shutdown();
    }
  }

  private void assertLargeAndSmall() {
    assertEqualResults(
        1 << 20, List.of(matrix(DataType.FLOAT, 100, 90), matrix(DataType.FLOAT, 10, 20)));
  }

  @Test
  void refusesStrengthsThatMightOverflow() {
    INDArray huge = Nd4j.create(DataType.DOUBLE, 40, 50).assign(1e307);
    RewireKernel kernel = new Nd4jKernel(Nd4jKernel.DEFAULT_BUDGET);
    assertThrows(ArithmeticException.class, () -> kernel.rewire(Matrix.of(huge), SEED));
  }

  @Test
  void drawsWithTheExponentialSamplerAlone() {
    for (Selection other :
        List.of(Selection.Draw.authors(SamplerKind.REFERENCE), new Selection.Greedy())) {
      RewiringRule rule = new RewiringRule(Passes.BOTH, other);
      assertThrows(IllegalArgumentException.class, () -> kernel(rule, passed -> {}));
    }
    assertEquals(SamplerKind.EXPONENTIAL, KernelKind.ND4J.defaultSampler());
  }

  private static void assertEqualResults(long budget, List<INDArray> matrices) {
    List<INDArray> expected = matrices.stream().map(INDArray::dup).toList();
    List<INDArray> found = matrices.stream().map(INDArray::dup).toList();
    JAVA.rewire(seeded(expected));
    new Nd4jKernel(budget).rewire(seeded(found));
    for (int i = 0; i < matrices.size(); i++) {
      assertArrayEquals(bits(expected.get(i)), bits(found.get(i)), "matrix " + i);
    }
  }

  private static List<SeededMatrix> seeded(List<INDArray> matrices) {
    List<SeededMatrix> seeded = new ArrayList<>();
    for (INDArray matrix : matrices) {
      seeded.add(new SeededMatrix(Matrix.of(matrix), SEED.child(seeded.size())));
    }
    return seeded;
  }

  private static INDArray matrix(DataType type, int rows, int columns) {
    double[] weights =
        Seeds.random(type + "," + rows + "," + columns)
            .doubles((long) rows * columns, -0.1, 0.1)
            .toArray();
    return Nd4j.createFromArray(weights).castTo(type).reshape('c', rows, columns).dup('c');
  }

  private static INDArray map(INDArray matrix, DoubleUnaryOperator function) {
    double[] mapped = Arrays.stream(matrix.data().asDouble()).map(function).toArray();
    return Nd4j.createFromArray(mapped)
        .castTo(matrix.dataType())
        .reshape('c', matrix.shape())
        .dup('c');
  }

  private static long[] bits(INDArray matrix) {
    return Arrays.stream(matrix.dup('c').data().asDouble())
        .mapToLong(Double::doubleToRawLongBits)
        .toArray();
  }
}
