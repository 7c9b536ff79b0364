package io.github.parewire.rewire;

import static io.github.parewire.testing.Matrices.array;
import static io.github.parewire.testing.Matrices.normal;
import static io.github.parewire.testing.Matrices.numbers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.Selection;
import io.github.parewire.testing.NaiveRewiring;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The best of random orders, against its definition; GoldenRewireTest compares it with numpy. */
final class BestOrderTest {

  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.TWO).child(5);

  @ParameterizedTest
  @CsvSource({"1,1,3", "1,9,4", "9,1,4", "2,2,9", "17,40,1", "17,40,30", "300,211,3", "3,40000,2"})
  void equalsTheDefinition(int rows, int columns, int draws) {
    for (Passes passes : Passes.values()) {
      RewiringRule rule = new RewiringRule(passes, new Selection.BestOf(draws));
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        double[][] weights = normal(type, rows, columns, 0.1, "best of");
        INDArray array = array(type, weights);

        new JavaKernel(rule).rewire(Matrix.of(array), STREAM);

        assertArrayEquals(NaiveRewiring.rewire(weights, STREAM, rule), numbers(array));
      }
    }
  }

  /** Rows with gaps between them, in which something else lies. */
  @Test
  void aViewIsOrderedAndNothingBesideIt() {
    RewiringRule rule = new RewiringRule(Passes.BOTH, new Selection.BestOf(5));
    double[][] whole = normal(DataType.FLOAT, 12, 20, 0.1, "view");
    INDArray array = array(DataType.FLOAT, whole);
    INDArray view = array.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 15));
    double[][] before = numbers(view);
    INDArray expected = array.dup();
    expected
        .get(NDArrayIndex.all(), NDArrayIndex.interval(3, 15))
        .assign(array(DataType.FLOAT, NaiveRewiring.rewire(before, STREAM, rule)));

    new JavaKernel(rule).rewire(Matrix.of(view), STREAM);

    assertArrayEquals(numbers(expected), numbers(array));
  }

  @Test
  void weightsAreCountedForEachOrder() {
    RewiringRule rule = new RewiringRule(Passes.INPUT, new Selection.BestOf(7));
    AtomicLong passed = new AtomicLong();
    INDArray array = array(DataType.FLOAT, normal(DataType.FLOAT, 5, 6, 1, "counted"));
    new JavaKernel(rule, passed::addAndGet).rewire(Matrix.of(array), STREAM);
    assertEquals(7 * 30, passed.get());
    assertEquals(7, rule.rounds());
  }

  @Test
  void strengthsThatOverflowAreRefused() {
    INDArray huge = Nd4j.create(DataType.DOUBLE, 40, 50).assign(1e308);
    RewiringRule rule = new RewiringRule(Passes.BOTH, new Selection.BestOf(2));
    assertThrows(
        ArithmeticException.class, () -> new JavaKernel(rule).rewire(Matrix.of(huge), STREAM));
  }
}
