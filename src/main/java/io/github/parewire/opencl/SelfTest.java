package io.github.parewire.opencl;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.Matrix.OwnMatrix;
import io.github.parewire.array.MatrixLines;
import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.SeededMatrix;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Rewires a few small matrices on a device and compares them with the Java kernel's: a compiler or
 * a card that computes otherwise than IEEE 754 says must not get at a user's weights.
 */
final class SelfTest {

  /**
   * With this stream, one of so many draws from equal shares comes so near to a share that the
   * device adds up once more, in order. Usual weights do that too seldom.
   */
  private static final SeedSequence STREAM = SeedSequence.of(BigInteger.valueOf(16)).child(203_099);

  private static final int NEAR_COLUMNS = 3001;

  /** Values that are equal, or that some devices take for 0. */
  private static final double[] HARD = {
    0.0, -0.0, 0.5, -0.5, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40, 1
  };

  private SelfTest() {}

  /**
   * Compares.
   *
   * @throws UnsupportedDeviceException if the results differ
   * @throws ClException if the device fails
   */
  static void require(ClDevice device, Variant variant) {
    Nd4jBackend.start();
    List<OwnMatrix> expected = matrices(variant.isDouble());
    List<OwnMatrix> found = matrices(variant.isDouble());
    try {
      List<SeededMatrix> seeded = seeded(found);
      new JavaKernel().rewire(seeded(expected));
      double offset = Selection.Draw.AUTHORS_OFFSET;
      Batch.rewire(device, variant, seeded, Passes.BOTH, offset, passed -> {});
      for (int i = 0; i < found.size(); i++) {
        Matrix matrix = expected.get(i).matrix();
        if (!Arrays.equals(bits(matrix), bits(found.get(i).matrix()))) {
          throw ClDevice.unsupported(
              device.description(),
              "can't be used: expected it to rewire a small matrix of "
                  + matrix.rows()
                  + " x "
                  + matrix.columns()
                  + " as this processor does, found other bytes");
        }
      }
    } finally {
      expected.forEach(OwnMatrix::close);
      found.forEach(OwnMatrix::close);
    }
  }

  private static List<SeededMatrix> seeded(List<OwnMatrix> matrices) {
    return matrices.stream().map(one -> new SeededMatrix(one.matrix(), STREAM)).toList();
  }

  /** Short and long lines; usual weights, large ones, and hard ones. */
  private static List<OwnMatrix> matrices(boolean isDouble) {
    return List.of(
        matrix(isDouble, 40, 60, u -> 0.2 * u - 0.1),
        matrix(isDouble, 60, 33, u -> HARD[(int) (u * HARD.length)]),
        matrix(isDouble, 30, 20, u -> 1e30 * (u - 0.3)),
        matrix(isDouble, 9, 1100, u -> 2 * u - 1),
        near(isDouble),
        matrix(isDouble, 1, 3, u -> u));
  }

  /** Two rows: the first has no strength, so that the shares of the second are equal. */
  private static OwnMatrix near(boolean isDouble) {
    double[] weights = new double[2 * NEAR_COLUMNS];
    Arrays.setAll(weights, i -> Math.max(0, i - NEAR_COLUMNS) * 0.001);
    return OwnMatrix.of(2, NEAR_COLUMNS, isDouble, weights);
  }

  private static OwnMatrix matrix(
      boolean isDouble, int rows, int columns, DoubleUnaryOperator weight) {
    Pcg64 random = STREAM.child(rows).generator();
    double[] weights = new double[rows * columns];
    Arrays.setAll(weights, i -> weight.applyAsDouble(random.nextDouble()));
    return OwnMatrix.of(rows, columns, isDouble, weights);
  }

  private static long[] bits(Matrix matrix) {
    double[] weights = new MatrixLines(matrix, LineAxis.ROWS).get(0, matrix.rows());
    return Arrays.stream(weights).mapToLong(Double::doubleToRawLongBits).toArray();
  }
}
