package io.github.parewire.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.result.FixedPattern;
import io.github.parewire.result.FixedPattern.Strength;
import io.github.parewire.testing.Matrices;
import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What networks hold that is no draw, and what is a draw however few values it has. */
final class FixedFiltersTest {

  /**
   * A tensor.
   *
   * @param dims its shape
   * @param weights row-major
   */
  private record Tensor(int[] dims, double... weights) {

    static Tensor of(int[] dims, Weight weight) {
      int[] strides = new int[dims.length];
      int size = 1;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        strides[axis] = size;
        size *= dims[axis];
      }
      double[] weights = new double[size];
      for (int i = 0; i < size; i++) {
        int[] index = new int[dims.length];
        for (int axis = 0; axis < dims.length; axis++) {
          index[axis] = i / strides[axis] % dims[axis];
        }
        weights[i] = (float) weight.at(index);
      }
      return new Tensor(dims, weights);
    }

    static Tensor drawn(DoubleSupplier draw, int... dims) {
      return of(dims, i -> draw.getAsDouble());
    }

    Tensor map(DoubleUnaryOperator change) {
      return new Tensor(dims, Arrays.stream(weights).map(change).toArray());
    }

    /** One behind the other. */
    Tensor and(Tensor other) {
      int[] more = dims.clone();
      more[0] += other.dims[0];
      return new Tensor(
          more,
          DoubleStream.concat(Arrays.stream(weights), Arrays.stream(other.weights)).toArray());
    }

    /** As a MatMul has it. */
    Tensor transposed() {
      int rows = dims[0];
      int columns = weights.length / rows;
      return of(new int[] {columns, rows}, i -> weights[i[1] * columns + i[0]]);
    }

    double[][] matrix() {
      int columns = weights.length / dims[0];
      double[][] matrix = new double[dims[0]][];
      Arrays.setAll(matrix, row -> Arrays.copyOfRange(weights, row * columns, (row + 1) * columns));
      return matrix;
    }

    Optional<FixedPattern> pattern() {
      return FixedFilters.pattern(dims, weights);
    }
  }

  /** The weight at an index. */
  private interface Weight {
    double at(int... index);
  }

  private static final double[][] SOBEL = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  private static final double[][] LAPLACE = {{0, 1, 0}, {1, -4, 1}, {0, 1, 0}};
  private static final double[] BINOMIAL = {1, 2, 1};

  /** The four analysis filters of the Haar wavelet. */
  private static final double[][][] HAAR = {
    {{.5, .5}, {.5, .5}}, {{-.5, -.5}, {.5, .5}}, {{-.5, .5}, {-.5, .5}}, {{.5, -.5}, {-.5, .5}}
  };

  private final Random random = Seeds.random("fixed filters");

  private Tensor normal(int... dims) {
    return Tensor.drawn(random::nextGaussian, dims);
  }

  private static int[] shape(int... dims) {
    return dims;
  }

  private static double is(boolean condition) {
    return condition ? 1 : 0;
  }

  @TestFactory
  Stream<DynamicTest> fixedFilters() {
    Map<String, Tensor> filters = new LinkedHashMap<>();
    filters.put("identity", Tensor.of(shape(3, 3, 1, 1), i -> is(i[0] == i[1])));
    filters.put("identity of 2", Tensor.of(shape(2, 2), i -> is(i[0] == i[1])));
    filters.put("identity of 512", Tensor.of(shape(512, 512), i -> is(i[0] == i[1])));
    filters.put("scaled identity", Tensor.of(shape(6, 6), i -> -0.3 * is(i[0] == i[1])));
    filters.put("diagonal", Tensor.of(shape(5, 5), i -> is(i[0] == i[1]) * (i[0] + 0.3)));
    filters.put("3 deltas", Tensor.of(shape(3, 1, 3, 3), i -> is(i[2] == 1 && i[3] == 1)));
    filters.put(
        "Dirac convolution",
        Tensor.of(shape(16, 8, 3, 3), i -> is(i[0] == i[1] && i[2] == 1 && i[3] == 1)));
    filters.put("selector", Tensor.of(shape(4, 10), i -> is(i[1] == (7 * i[0] + 2) % 10)));
    filters.put("permutation", Tensor.of(shape(5, 5), i -> is(i[1] == (3 * i[0] + 1) % 5)));
    for (int r : new int[] {2, 4}) {
      filters.put(
          "pixel unshuffle by " + r,
          Tensor.of(
              shape(3 * r * r, 3, r, r),
              i -> is(i[1] == i[0] / (r * r) && i[0] % (r * r) == i[2] * r + i[3])));
    }
    filters.put("Sobel", Tensor.of(shape(2, 1, 3, 3), i -> sobel(i[0], i[2], i[3])));
    filters.put("Sobel on 3 channels", Tensor.of(shape(2, 3, 3, 3), i -> sobel(i[0], i[2], i[3])));
    filters.put("Sobel depthwise", Tensor.of(shape(6, 1, 3, 3), i -> sobel(i[0] % 2, i[2], i[3])));
    filters.put("Haar by channel", Tensor.of(shape(12, 1, 2, 2), i -> HAAR[i[0] / 3][i[2]][i[3]]));
    filters.put("Haar by filter", Tensor.of(shape(12, 1, 2, 2), i -> HAAR[i[0] % 4][i[2]][i[3]]));
    filters.put(
        "Haar, dense",
        Tensor.of(shape(12, 3, 2, 2), i -> HAAR[i[0] % 4][i[2]][i[3]] * is(i[0] / 4 == i[1])));
    filters.put("Laplace", Tensor.of(shape(3, 1, 3, 3), i -> LAPLACE[i[2]][i[3]]));
    filters.put("blur", Tensor.of(shape(3, 1, 3, 3), i -> BINOMIAL[i[2]] * BINOMIAL[i[3]] / 16));
    filters.put(
        "blur, dense",
        Tensor.of(shape(3, 3, 3, 3), i -> is(i[0] == i[1]) * BINOMIAL[i[2]] * BINOMIAL[i[3]] / 16));
    filters.put("Gauss", Tensor.of(shape(3, 1, 11, 11), i -> gauss(i[2] - 5) * gauss(i[3] - 5)));
    filters.put(
        "bilinear upsampling",
        Tensor.of(shape(21, 21, 4, 4), i -> is(i[0] == i[1]) * tent(i[2]) * tent(i[3])));
    for (int n : new int[] {8, 32}) {
      Tensor dct = Tensor.of(shape(n, n), i -> Math.cos(Math.PI * i[0] * (2 * i[1] + 1) / 2 / n));
      filters.put("DCT of " + n, dct);
      filters.put("DCT of " + n + ", transposed", dct.transposed());
    }
    for (int n : new int[] {16, 64, 512}) {
      filters.put("STFT of " + n, Tensor.of(shape(n + 2, 1, n), i -> stft(n, i[0], i[2], false)));
      filters.put(
          "STFT of float angles, " + n,
          Tensor.of(shape(n + 2, 1, n), i -> stft(n, i[0], i[2], true)));
    }
    filters.put("mel", Tensor.of(shape(40, 201), i -> mel(i[0], i[1])));
    filters.put("mel, transposed", filters.get("mel").transposed());
    filters.put(
        "Hadamard", Tensor.of(shape(8, 8), i -> 1 - 2 * (Integer.bitCount(i[0] & i[1]) & 1)));
    filters.put("autocorrelation", Tensor.of(shape(20, 20), i -> gauss(i[0] - i[1])));
    Tensor square = normal(24, 24);
    filters.put(
        "symmetric",
        Tensor.of(
            shape(24, 24),
            i -> square.weights[i[0] * 24 + i[1]] + square.weights[i[1] * 24 + i[0]]));
    filters.put(
        "triangle", Tensor.of(shape(16, 16), i -> is(i[1] <= i[0]) * random.nextGaussian()));
    filters.put(
        "blocks",
        Tensor.of(shape(64, 64), i -> is(i[1] / 16 == i[0] / 16) * random.nextGaussian()));
    filters.put(
        "causal kernels",
        Tensor.of(shape(16, 1, 5, 5), i -> is(5 * i[2] + i[3] < 12) * random.nextGaussian()));
    filters.put(
        "zero inputs", Tensor.of(shape(32, 9, 3, 3), i -> is(i[1] < 4) * random.nextGaussian()));
    filters.put(
        "delta orthogonal",
        Tensor.of(shape(16, 8, 3, 3), i -> is(i[2] == 1 && i[3] == 1) * random.nextGaussian()));
    Tensor drawn = normal(32, 24);
    filters.put("copied rows", drawn.and(drawn));
    filters.put("copied columns", drawn.and(drawn).transposed());
    filters.put("negated rows", drawn.and(drawn.map(w -> -w)));
    filters.put(
        "copied experts", Tensor.of(shape(4, 32, 24), i -> drawn.weights[i[1] * 24 + i[2]]));
    filters.put(
        "copied filters",
        Tensor.of(
            shape(32, 8, 3, 3),
            i -> drawn.weights[(i[0] / 4 * 72 + i[1] * 9 + i[2] * 3 + i[3]) % 768]));
    return filters.entrySet().stream()
        .map(
            filter ->
                DynamicTest.dynamicTest(
                    filter.getKey(),
                    () -> {
                      Optional<FixedPattern> found = filter.getValue().pattern();
                      assertEquals(
                          Optional.of(Strength.SURE),
                          found.map(FixedPattern::strength),
                          () -> found + "");
                    }));
  }

  private static double sobel(int filter, int row, int column) {
    return filter == 0 ? SOBEL[row][column] : SOBEL[column][row];
  }

  private static double gauss(int distance) {
    return Math.abs(distance) > 10 ? 0 : Math.exp(-distance * distance / 4.5);
  }

  private static double tent(int index) {
    return index == 0 || index == 3 ? .25 : .75;
  }

  /** Real and imaginary parts with a periodic Hann window. */
  private static double stft(int n, int row, int sample, boolean isFloat) {
    int frequency = row % (n / 2 + 1);
    double angle = 2 * Math.PI * frequency * sample / n;
    double used = isFloat ? (float) angle : angle;
    double window = 0.5 - 0.5 * Math.cos(2 * Math.PI * sample / n);
    return window * (row <= n / 2 ? Math.cos(used) : -Math.sin(used));
  }

  /** Triangles around equally far frequencies in mel, of 201 frequencies up to 8 kHz. */
  private static double mel(int filter, int frequency) {
    double hertz = frequency * 40.0;
    double low = hertz(filter);
    double middle = hertz(filter + 1);
    double high = hertz(filter + 2);
    return Math.max(0, Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle)));
  }

  private static double hertz(int point) {
    return 700 * (Math.pow(10, point * 2840.0 / 41 / 2595) - 1);
  }

  /** Too few weights for certainty, but not for doubt. */
  @TestFactory
  Stream<DynamicTest> doubtful() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("Haar", Tensor.of(shape(4, 1, 2, 2), i -> HAAR[i[0]][i[2]][i[3]]));
    tensors.put(
        "RGB to YUV", table(.299, .587, .114, -.14713, -.28886, .436, .615, -.51499, -.10001));
    tensors.put(
        "RGB to YCbCr", table(.299, .587, .114, -.168736, -.331264, .5, .5, -.418688, -.081312));
    tensors.put("RGB to YIQ", table(.299, .587, .114, .5959, -.2746, -.3213, .2115, -.5227, .3112));
    tensors.put("YUV to RGB", table(1, 0, 1.13983, 1, -.39465, -.5806, 1, 2.03211, 0));
    tensors.put(
        "RGB to XYZ",
        table(.412453, .35758, .180423, .212671, .71516, .072169, .019334, .119193, .950227));
    tensors.put(
        "DCT of 4",
        Tensor.of(
            shape(4, 4),
            i -> Math.cos(Math.PI * i[0] * (2 * i[1] + 1) / 8) / (i[0] == 0 ? 2 : Math.sqrt(2))));
    return tensors.entrySet().stream()
        .map(
            tensor ->
                DynamicTest.dynamicTest(
                    tensor.getKey(),
                    () -> {
                      Optional<FixedPattern> found = tensor.getValue().pattern();
                      assertEquals(
                          Optional.of(Strength.DOUBTFUL), found.map(FixedPattern::strength));
                    }));
  }

  private static Tensor table(double... weights) {
    return new Tensor(shape(3, 3, 1, 1), Arrays.stream(weights).map(w -> (float) w).toArray());
  }

  /** A few equal rows in what else are draws: training leaves such, where neurons die. */
  @Test
  void faint() {
    Tensor weights = normal(200, 64);
    Arrays.fill(weights.weights, 0, 3 * 64, 0);
    assertEquals(Optional.of(Strength.FAINT), weights.pattern().map(FixedPattern::strength));
  }

  /** Draws of few values repeat, and are 0, by chance. */
  @Test
  void drawsOfFewValues() {
    Map<String, DoubleSupplier> draws = new LinkedHashMap<>();
    draws.put("Rademacher", () -> random.nextBoolean() ? 1 : -1);
    draws.put("ternary", () -> random.nextInt(3) - 1);
    draws.put("sparse ternary", () -> random.nextInt(3) == 0 ? random.nextInt(2) * 2 - 1 : 0);
    draws.put("int8", () -> Math.rint(random.nextGaussian() * 32));
    draws.put("int4", () -> Math.rint(random.nextGaussian() * 2.5));
    draws.put("bfloat16", () -> bfloat16(random.nextGaussian()));
    draws.put("pruned", () -> random.nextInt(10) < 3 ? random.nextGaussian() : 0);
    int[][] shapes = {
      {4, 8},
      {3, 7},
      {8, 8},
      {16, 9},
      {32, 1, 3, 3},
      {64, 16},
      {16, 8, 3, 3},
      {128, 128},
      {300, 300}
    };
    int layers = 0;
    int sure = 0;
    int doubtful = 0;
    for (DoubleSupplier draw : draws.values()) {
      for (int[] shape : shapes) {
        for (int i = 0; i < 40; i++) {
          Optional<FixedPattern> found = Tensor.drawn(draw, shape).pattern();
          layers++;
          sure += found.isPresent() && found.get().strength() == Strength.SURE ? 1 : 0;
          doubtful += found.isPresent() && found.get().strength() != Strength.SURE ? 1 : 0;
        }
      }
    }
    System.out.printf(
        "%d layers of draws of few values: %d taken for fixed filters, %d perhaps%n",
        layers, sure, doubtful);
    assertTrue(sure <= layers / 1000, "taken for fixed filters: " + sure);
    assertTrue(doubtful <= layers / 50, "doubtful: " + doubtful);
  }

  @Test
  void whatElseCouldBeDraws() {
    List<Tensor> draws = new ArrayList<>();
    draws.add(new Tensor(shape(2, 2), 1, 2, 3, 4));
    draws.add(new Tensor(shape(2, 3), .1, -.2, .3, .4, .5, -.6));
    draws.add(new Tensor(shape(3, 3), 5, -1, 2, 0, 3, -4, 1, 2, -2));
    draws.add(Tensor.of(shape(3, 4), i -> 1 + i[0] * 4 + i[1]));
    draws.add(Tensor.of(shape(8, 8), i -> 0));
    draws.add(Tensor.of(shape(8, 8), i -> 0.25));
    draws.forEach(draw -> assertEquals(Optional.empty(), draw.pattern(), draw::toString));
  }

  /** Rewired weights are in no order either. */
  @Test
  void rewiredDraws() {
    for (int values : new int[] {2, 3, 8, 255, Integer.MAX_VALUE}) {
      Tensor draws = Tensor.drawn(() -> random.nextInt(values) * 2.0 / (values - 1) - 1, 64, 48);
      double[][] rewired =
          NaiveRewiring.rewire(draws.matrix(), SeedSequence.of(BigInteger.valueOf(values)));
      double[] flat = Arrays.stream(rewired).flatMapToDouble(Arrays::stream).toArray();
      assertEquals(
          Optional.empty(), FixedFilters.pattern(shape(64, 48), flat), () -> values + " values");
      assertEquals(
          Optional.empty(),
          FixedFilters.pattern(
              shape(48, 64),
              Arrays.stream(Matrices.transposed(rewired))
                  .flatMapToDouble(Arrays::stream)
                  .toArray()));
    }
  }

  /** What layers of one shape share keeps nothing of the layer that it was made for. */
  @Test
  void othersOfTheShapeMakeNoDifference() {
    List<Tensor> tensors = new ArrayList<>();
    for (int size = 6; size < 50; size++) {
      int n = size;
      tensors.add(normal(n, n));
      tensors.add(Tensor.of(shape(n, n), i -> gauss(i[0] - i[1])));
      tensors.add(Tensor.drawn(() -> random.nextInt(3) - 1, n / 2, 4));
    }
    References.Recent shared = new References.Recent();
    for (int round = 0; round < 2; round++) {
      for (Tensor tensor : tensors) {
        WeightGrid grid = new WeightGrid(tensor.dims, tensor.weights);
        assertEquals(
            BettingEvidence.of(grid, new References(grid)),
            BettingEvidence.of(grid, shared.of(grid)));
      }
    }
  }

  private static double bfloat16(double value) {
    return Float.intBitsToFloat(Float.floatToIntBits((float) value) & 0xffff_0000);
  }
}
