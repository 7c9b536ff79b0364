package io.github.parewire.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.SeededMatrix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** That two kernels give the same bits, and matrices to show it. */
public final class KernelParity {

  /** The stream, below which each matrix has its own. */
  public static final SeedSequence SEED = SeedSequence.of(BigInteger.valueOf(7));

  private KernelParity() {}

  /** Rewires copies with both, all together, each with a stream of its own. */
  public static void assertSame(
      RewireKernel expected, RewireKernel found, List<INDArray> matrices) {
    List<INDArray> there = matrices.stream().map(INDArray::dup).toList();
    List<INDArray> here = matrices.stream().map(INDArray::dup).toList();
    expected.rewire(seeded(there));
    found.rewire(seeded(here));
    for (int i = 0; i < matrices.size(); i++) {
      assertArrayEquals(bits(there.get(i)), bits(here.get(i)), "matrix " + i);
    }
  }

  /** Rewires copies of one matrix with both. */
  public static void assertSame(
      RewireKernel expected,
      RewireKernel found,
      INDArray matrix,
      SeedSequence stream,
      String message) {
    INDArray there = matrix.dup();
    INDArray here = matrix.dup();
    expected.rewire(Matrix.of(there), stream);
    found.rewire(Matrix.of(here), stream);
    assertArrayEquals(bits(there), bits(here), message);
  }

  /** Rewires copies of one matrix with a kernel of each rule, and with the Java kernel. */
  public static void assertSameAtAnyOffset(
      Function<RewiringRule, RewireKernel> kernels,
      Passes passes,
      SamplerKind sampler,
      INDArray matrix) {
    for (double offset : new double[] {1e-3, 0.1, 1, 1e9}) {
      RewiringRule rule = new RewiringRule(passes, new Selection.Draw(sampler, offset));
      assertSame(new JavaKernel(rule), kernels.apply(rule), matrix, SEED, rule.toString());
    }
  }

  /** Each with a stream of its own. */
  public static List<SeededMatrix> seeded(List<INDArray> matrices) {
    List<SeededMatrix> seeded = new ArrayList<>();
    for (INDArray matrix : matrices) {
      seeded.add(new SeededMatrix(Matrix.of(matrix), SEED.child(seeded.size())));
    }
    return seeded;
  }

  /** Random weights from -0.1 to 0.1. */
  public static INDArray matrix(DataType type, int rows, int columns) {
    double[] weights =
        Seeds.random(type + "," + rows + "," + columns)
            .doubles((long) rows * columns, -0.1, 0.1)
            .toArray();
    return Nd4j.createFromArray(weights).castTo(type).reshape('c', rows, columns).dup('c');
  }

  /** Small ones of both types, from one weight to some thousands. */
  public static List<INDArray> ofManyShapes() {
    return List.of(
        matrix(DataType.FLOAT, 30, 50),
        matrix(DataType.DOUBLE, 30, 50),
        matrix(DataType.FLOAT, 1, 300),
        matrix(DataType.FLOAT, 80, 3),
        matrix(DataType.FLOAT, 64, 64),
        matrix(DataType.DOUBLE, 5, 200),
        matrix(DataType.FLOAT, 1, 1),
        matrix(DataType.FLOAT, 31, 33));
  }

  /** Equal weights, zeros of both signs, and the least numbers. */
  public static List<INDArray> ofTies() {
    Random random = Seeds.random("ties");
    double[] values = {0.0, -0.0, 0.5, -0.5, Double.MIN_VALUE, -Double.MIN_VALUE, 1.0};
    return List.of(
        map(matrix(DataType.DOUBLE, 40, 50), w -> values[random.nextInt(7)]),
        map(matrix(DataType.FLOAT, 40, 50), w -> random.nextBoolean() ? 0.0 : -0.0),
        map(matrix(DataType.FLOAT, 40, 50), w -> 0.25));
  }

  /** From the least to the largest, and both in one. */
  public static List<INDArray> ofAnyScale() {
    return List.of(
        map(matrix(DataType.DOUBLE, 20, 30), w -> w * 1e-300),
        map(matrix(DataType.DOUBLE, 20, 30), w -> w * 1e300),
        map(matrix(DataType.DOUBLE, 20, 30), w -> Math.pow(w * 100, 61)),
        map(matrix(DataType.FLOAT, 20, 30), w -> w * 1e38));
  }

  /** A copy with other weights. */
  public static INDArray map(INDArray matrix, DoubleUnaryOperator function) {
    double[] mapped = Arrays.stream(matrix.data().asDouble()).map(function).toArray();
    return Nd4j.createFromArray(mapped)
        .castTo(matrix.dataType())
        .reshape('c', matrix.shape())
        .dup('c');
  }

  /** The weights' bits as float64, row-major. */
  public static long[] bits(INDArray matrix) {
    return Arrays.stream(matrix.dup('c').data().asDouble())
        .mapToLong(Double::doubleToRawLongBits)
        .toArray();
  }
}
