package io.github.parewire.lockstep;

import static io.github.parewire.testing.KernelParity.SEED;
import static io.github.parewire.testing.KernelParity.matrix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.array.Matrix;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.RewireKernelContract;
import io.github.parewire.testing.KernelParity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
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

  @Override
  protected RewireKernel kernel(RewiringRule rule, LongConsumer passed) {
    return new Nd4jKernel(rule, Nd4jKernel.DEFAULT_BUDGET, passed);
  }

  @Override
  protected List<Selection.ByStrength> selections() {
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
    KernelParity.assertSameAtAnyOffset(
        rule -> kernel(rule, passed -> {}),
        passes,
        SamplerKind.EXPONENTIAL,
        matrix(DataType.FLOAT, 40, 70));
  }

  /** From nothing, which leaves a step at a time, to everything at once. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, 60_000, 300_000, Nd4jKernel.DEFAULT_BUDGET})
  void manyMatricesWithinAnyBudget(long budget) {
    assertEqualResults(budget, KernelParity.ofManyShapes());
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
    assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, KernelParity.ofTies());
  }

  /** Keys then differ by hundreds of orders of magnitude. */
  @Test
  void weightsOfAnyScale() {
    assertEqualResults(Nd4jKernel.DEFAULT_BUDGET, KernelParity.ofAnyScale());
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
        List.of(
            Selection.Draw.authors(SamplerKind.REFERENCE),
            new Selection.Greedy(),
            new Selection.BestOf(2))) {
      RewiringRule rule = new RewiringRule(Passes.BOTH, other);
      assertThrows(IllegalArgumentException.class, () -> kernel(rule, passed -> {}));
    }
    assertEquals(SamplerKind.EXPONENTIAL, KernelKind.ND4J.defaultSampler());
  }

  private static void assertEqualResults(long budget, List<INDArray> matrices) {
    KernelParity.assertSame(JAVA, new Nd4jKernel(budget), matrices);
  }
}
