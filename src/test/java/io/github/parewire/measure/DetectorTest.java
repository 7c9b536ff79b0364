package io.github.parewire.measure;

import static io.github.parewire.testing.Matrices.transposed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.pattern.FixedFilters;
import io.github.parewire.result.Fans;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.Likeness.Kind;
import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What weights of known origin look like, over many shapes; the rates are printed. */
final class DetectorTest {

  /**
   * A layer.
   *
   * @param outputs rows
   * @param inputs columns
   * @param fans what initializers count
   */
  private record Shape(int outputs, int inputs, Fans fans) {

    static Shape dense(int outputs, int inputs) {
      return new Shape(outputs, inputs, new Fans(inputs, outputs, 1));
    }

    static Shape conv(int out, int in, int kernel, int groups) {
      int inputs = in / groups * kernel;
      return new Shape(out, inputs, new Fans(inputs, (long) out * kernel, groups));
    }

    static Shape convTranspose(int in, int out, int kernel) {
      return new Shape(out, in * kernel, new Fans((long) out * kernel, (long) in * kernel, 1));
    }

    long weights() {
      return (long) outputs * inputs;
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          Shape.dense(1, 64),
          Shape.dense(2, 16),
          Shape.dense(4, 8),
          Shape.dense(8, 8),
          Shape.dense(64, 1),
          Shape.dense(10, 12),
          Shape.dense(10, 84),
          Shape.dense(120, 400),
          Shape.dense(10, 784),
          Shape.dense(128, 128),
          Shape.dense(256, 96),
          Shape.dense(3, 2048),
          Shape.dense(2048, 3),
          Shape.conv(16, 3, 9, 1),
          Shape.conv(64, 3, 49, 1),
          Shape.conv(32, 16, 25, 1),
          Shape.conv(64, 64, 9, 1),
          Shape.conv(96, 24, 1, 1),
          Shape.conv(48, 24, 9, 4),
          Shape.conv(32, 32, 9, 32),
          Shape.conv(240, 240, 25, 240),
          Shape.convTranspose(32, 16, 4),
          Shape.convTranspose(64, 3, 16));

  private static final int REPETITIONS = 8;

  /** Enough weights that a named initializer can be told from its neighbours. */
  private static final long MANY = 1000;

  @Test
  void freshWeightsLookFreshAndAreNamed() {
    int layers = 0;
    int unnamed = 0;
    int many = 0;
    int notFirst = 0;
    int patterns = 0;
    List<String> wrong = new ArrayList<>();
    for (Draws draws : Draws.ALL) {
      for (Shape shape : SHAPES) {
        Random random = Seeds.random(draws.name() + shape);
        for (int i = 0; i < REPETITIONS; i++) {
          double[][] weights = draw(draws, random, shape);
          Likeness found = judge(weights, shape.fans());
          layers++;
          int[] dims = {shape.outputs(), shape.inputs()};
          double[] flat = Arrays.stream(weights).flatMapToDouble(Arrays::stream).toArray();
          patterns += FixedFilters.pattern(dims, flat).isPresent() ? 1 : 0;
          if (found.kind() != Kind.RANDOM || found.rewired()) {
            wrong.add(draws + " " + shape + ": " + found);
          }
          unnamed += found.initializers().contains(draws.name()) ? 0 : 1;
          if (shape.weights() >= MANY) {
            many++;
            notFirst += isFirst(draws, found, shape) ? 0 : 1;
          }
        }
      }
    }
    System.out.printf(
        "%d fresh layers: %d taken for something else, %d for fixed filters, %d without the right"
            + " name; of %d with %d weights or more, %d have another name first%n",
        layers, wrong.size(), patterns, unnamed, many, MANY, notFirst);
    assertEquals(0, patterns);
    assertEquals(List.of(), wrong);
    assertTrue(unnamed <= layers / 500, unnamed + " of " + layers);
    assertTrue(notFirst <= many / 100, notFirst + " of " + many);
  }

  /** Whether the likeliest initializer is the true one, or one of about the same scale. */
  private static boolean isFirst(Draws draws, Likeness found, Shape shape) {
    if (found.initializers().isEmpty()) {
      return false;
    }
    String first = found.initializers().get(0);
    return CommonInitializer.of(shape.fans()).stream()
        .filter(one -> one.name().equals(first))
        .anyMatch(
            one ->
                one.family() == draws.family()
                    && Math.abs(one.standardDeviation() / draws.standardDeviation(shape.fans()) - 1)
                        < 0.05);
  }

  /** Depthwise kernels of Keras, whose fans are counted in another way. */
  @Test
  void depthwiseFansOfKeras() {
    Shape shape = Shape.conv(64, 32, 9, 32);
    Draws glorot =
        Draws.ALL.stream().filter(d -> d.name().equals("Xavier uniform")).findFirst().orElseThrow();
    double[][] weights = glorot.matrix(Seeds.random("keras"), 64, 9, new Fans(32 * 9, 2 * 9, 32));
    Likeness found = judge(weights, shape.fans());
    assertEquals("Xavier uniform", found.initializers().get(0));
    assertTrue(found.evidence().get(1).contains("Keras' depthwise fan-in"), found::toString);
  }

  /** Kernels drawn in a 16-bit type, or rounded to one, have ties and a mean that is a bit off. */
  @Test
  void roundingIsNoTraining() {
    for (Draws draws : Draws.ALL) {
      double[][] weights = draws.matrix(Seeds.random("round"), 600, 800, new Fans(800, 600, 1));
      map(weights, w -> Float.intBitsToFloat(Float.floatToIntBits((float) w) & 0xffff_0000));
      Likeness found =
          Detector.judge(statistics(weights, 0x1p-7), new Fans(800, 600, 1), Optional.empty());
      assertEquals(Kind.RANDOM, found.kind(), () -> draws + ": " + found);
    }
  }

  @Test
  void orthogonalWeights() {
    for (int[] shape : new int[][] {{8, 8}, {16, 64}, {64, 16}, {32, 288}, {100, 4}}) {
      int outputs = shape[0];
      int inputs = shape[1];
      Random random = Seeds.random("orthogonal");
      double[][] weights =
          outputs <= inputs
              ? orthogonalRows(random, outputs, inputs)
              : transposed(orthogonalRows(random, inputs, outputs));
      map(weights, w -> (float) (1.4 * w));
      Fans fans = new Fans(inputs, outputs, 1);
      assertEquals(Kind.ORTHOGONAL, judge(weights, fans).kind(), Arrays.toString(shape));
      // Rewiring does not keep orthogonality.
      Likeness rewired = judge(rewired(weights), fans);
      assertEquals(Kind.RANDOM, rewired.kind(), rewired::toString);
    }
  }

  @Test
  void rewiredWeightsLookFreshAndRewired() {
    for (Draws draws : Draws.ALL.subList(0, 12)) {
      Shape shape = Shape.dense(128, 256);
      Random random = Seeds.random("rewired " + draws.name());
      Likeness found = judge(rewired(draw(draws, random, shape)), shape.fans());
      assertEquals(Kind.RANDOM, found.kind(), () -> draws + ": " + found);
      assertTrue(found.rewired(), () -> draws + ": " + found);
      assertTrue(found.initializers().contains(draws.name()), () -> draws + ": " + found);
    }
  }

  /** Each of these is what training does to weights; one alone must be enough. */
  @Test
  void traces() {
    Shape shape = Shape.dense(96, 128);
    Draws kaiming = Draws.ALL.get(2);
    Random random = Seeds.random("traces");

    double[][] scaled = draw(kaiming, random, shape);
    for (double[] row : scaled) {
      double factor = Math.exp(0.3 * random.nextGaussian());
      Arrays.setAll(row, i -> row[i] * factor);
    }
    assertTrained("norms of the outputs", judge(scaled, shape.fans()));

    double[][] columns = draw(kaiming, random, shape);
    for (int c = 0; c < shape.inputs(); c++) {
      double factor = Math.exp(0.3 * random.nextGaussian());
      for (double[] row : columns) {
        row[c] *= factor;
      }
    }
    assertTrained("norms of the inputs", judge(columns, shape.fans()));

    double[][] shifted = draw(kaiming, random, shape);
    map(shifted, w -> w + 0.02);
    assertTrained("the mean", judge(shifted, shape.fans()));

    double[][] heavy = draw(kaiming, random, shape);
    map(heavy, w -> w * Math.abs(w) * 8);
    assertTrained("the kurtosis", judge(heavy, shape.fans()));

    double[][] directed = draw(kaiming, random, shape);
    for (double[] row : directed) {
      double offset = 0.04 * random.nextGaussian();
      Arrays.setAll(row, i -> row[i] + offset);
    }
    assertTrained("strengths of the outputs", judge(directed, shape.fans()));

    double[][] normalized = draw(kaiming, random, shape);
    for (double[] row : normalized) {
      double norm = Math.sqrt(Arrays.stream(row).map(w -> w * w).sum());
      Arrays.setAll(row, i -> row[i] / norm);
    }
    assertTrained("norms of the outputs", judge(normalized, shape.fans()));
  }

  @Test
  void aWeightFarOutIsNoTraining() {
    Random random = Seeds.random("outlier");
    for (Shape shape :
        List.of(Shape.dense(64, 64), Shape.dense(256, 96), Shape.conv(64, 32, 9, 1))) {
      for (Draws draws : Draws.ALL) {
        double[][] weights = draw(draws, random, shape);
        double far =
            100 * draws.scale().of((double) shape.fans().in(), (double) shape.fans().out());
        weights[3][5] = far;
        assertOutlier(1, judge(weights, shape.fans()));
        weights[7][2] = -far;
        assertOutlier(2, judge(weights, shape.fans()));
        weights[9][9] = far;
        assertEquals(Kind.TRAINED, judge(weights, shape.fans()).kind(), "three of them");
      }
    }
  }

  private static void assertOutlier(int count, Likeness found) {
    assertEquals(Kind.OUTLIER, found.kind(), found::toString);
    assertEquals(count, found.evidence().size(), found::toString);
    assertTrue(found.evidence().get(0).contains("standard deviations of the others"));
  }

  @Test
  void amongTrainedWeightsAWeightFarOutIsNoExcuse() {
    Random random = Seeds.random("outlier among trained ones");
    Shape shape = Shape.dense(64, 64);
    double[][] weights = draw(Draws.ALL.get(2), random, shape);
    for (double[] row : weights) {
      double factor = Math.exp(0.8 * random.nextGaussian());
      Arrays.setAll(row, i -> row[i] * factor);
    }
    weights[3][5] = 100;
    assertEquals(Kind.TRAINED, judge(weights, shape.fans()).kind());
  }

  private static void assertTrained(String evidence, Likeness found) {
    assertEquals(Kind.TRAINED, found.kind(), found::toString);
    assertTrue(
        found.evidence().stream().anyMatch(line -> line.contains(evidence)), found::toString);
  }

  @Test
  void whatNeedsNoStatistics() {
    Fans fans = new Fans(8, 8, 1);
    double[][] zeros = new double[8][8];
    assertEquals(Kind.CONSTANT, judge(zeros, fans).kind());
    assertEquals(Kind.UNCLEAR, judge(new double[][] {{1, -2, 3}}, fans).kind());
    double[][] invalid = draw(Draws.ALL.get(0), Seeds.random("nan"), Shape.dense(8, 8));
    invalid[3][4] = Double.NaN;
    assertEquals(Kind.NOT_FINITE, judge(invalid, fans).kind());
    invalid[3][4] = Double.NEGATIVE_INFINITY;
    assertEquals(Kind.NOT_FINITE, judge(invalid, fans).kind());
  }

  @Test
  void aScaleOfOnesOwnHasNoName() {
    double[][] weights = draw(Draws.ALL.get(2), Seeds.random("own"), Shape.dense(64, 64));
    map(weights, w -> w * 0.37);
    Likeness found = judge(weights, new Fans(64, 64, 1));
    assertEquals(Kind.RANDOM, found.kind());
    assertEquals(List.of(), found.initializers());
  }

  private static double[][] draw(Draws draws, Random random, Shape shape) {
    return draws.matrix(random, shape.outputs(), shape.inputs(), shape.fans());
  }

  private static Likeness judge(double[][] matrix, Fans fans) {
    return Detector.judge(statistics(matrix, 0x1p-22), fans, Optional.empty());
  }

  private static LayerStatistics statistics(double[][] matrix, double resolution) {
    WeightSums sums = new WeightSums(1, matrix.length, matrix[0].length);
    for (int row = 0; row < matrix.length; row++) {
      sums.addToRow(row, 0, 1, matrix[row], 0, matrix[row].length);
    }
    return sums.statistics(resolution);
  }

  private static double[][] rewired(double[][] matrix) {
    return NaiveRewiring.rewire(matrix, SeedSequence.of(BigInteger.ONE));
  }

  private static void map(double[][] matrix, DoubleUnaryOperator change) {
    for (double[] row : matrix) {
      Arrays.setAll(row, i -> change.applyAsDouble(row[i]));
    }
  }

  /** Gram and Schmidt, twice, of normal draws. */
  private static double[][] orthogonalRows(Random random, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (int r = 0; r < rows; r++) {
      double[] row = matrix[r];
      Arrays.setAll(row, i -> random.nextGaussian());
      for (int pass = 0; pass < 2; pass++) {
        for (int other = 0; other < r; other++) {
          double[] against = matrix[other];
          double product = IntStream.range(0, columns).mapToDouble(i -> row[i] * against[i]).sum();
          Arrays.setAll(row, i -> row[i] - product * against[i]);
        }
        double norm = Math.sqrt(Arrays.stream(row).map(w -> w * w).sum());
        Arrays.setAll(row, i -> row[i] / norm);
      }
    }
    return matrix;
  }
}
