package io.github.parewire.opencl;

import static io.github.parewire.testing.KernelParity.SEED;
import static io.github.parewire.testing.KernelParity.bits;
import static io.github.parewire.testing.KernelParity.map;
import static io.github.parewire.testing.KernelParity.matrix;
import static io.github.parewire.testing.KernelParity.seeded;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.array.Matrix;
import io.github.parewire.message.DeviceFailedException;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.rewire.RewireKernel;
import io.github.parewire.rewire.RewireKernelContract;
import io.github.parewire.rewire.UnfitMatrixException;
import io.github.parewire.testing.Golden;
import io.github.parewire.testing.GoldenRewiring;
import io.github.parewire.testing.KernelParity;
import io.github.parewire.testing.OpenCl;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Against the Java kernel with the reference sampler, bit for bit, on the first device there is.
 */
final class OpenClKernelTest extends RewireKernelContract {

  /** Errors of OpenCL. */
  private static final int OUT_OF_MEMORY = -4;

  private static final int INVALID_QUEUE = -36;

  private static RunningDevice device;

  @BeforeAll
  static void start() {
    device = RunningDevice.start(OpenCl.device());
  }

  @AfterAll
  static void close() {
    if (device != null) {
      device.close();
    }
  }

  @Override
  protected RewireKernel kernel(RewiringRule rule, LongConsumer passed) {
    return new OpenClKernel(device, rule, passed, 0);
  }

  @Override
  protected List<Selection.ByStrength> selections() {
    return List.of(Selection.Draw.authors(SamplerKind.REFERENCE));
  }

  @Test
  void equalsTheJavaKernelForAnyShape() {
    int[][] shapes = {
      {1, 1}, {1, 9}, {9, 1}, {2, 2}, {17, 40}, {64, 64}, {65, 63}, {130, 70}, {40, 600}, {600, 40},
      {3, 4097}, {4097, 3}
    };
    List<INDArray> matrices = new ArrayList<>();
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (int[] shape : shapes) {
        matrices.add(matrix(type, shape[0], shape[1]));
      }
    }
    assertEqualResults(kernel(RewiringRule.AUTHORS, passed -> {}), matrices);
  }

  /** Local memory does not hold what a line's first draws are. */
  @Test
  void equalsTheJavaKernelForLinesOfAnyLength() {
    int longest = (int) device.description().localMemory() / KernelLayout.FIRST_BYTES + 100;
    assertFalse(Variant.of(device.description(), false, longest).isFirstInLocal());
    INDArray wide = matrix(DataType.FLOAT, 2, longest);
    INDArray tall = matrix(DataType.FLOAT, longest, 2);
    assertEqualResults(kernel(RewiringRule.AUTHORS, passed -> {}), List.of(wide, tall));
  }

  @ParameterizedTest
  @EnumSource
  void anyPassesAndOffset(Passes passes) {
    KernelParity.assertSameAtAnyOffset(
        rule -> kernel(rule, passed -> {}),
        passes,
        SamplerKind.REFERENCE,
        matrix(DataType.FLOAT, 40, 70));
  }

  @TestFactory
  Stream<DynamicTest> equalsTheAuthorsCodeAndNumpyByAnyDrawingRule() {
    Stream<DynamicTest> authors = Golden.cases().map(node -> golden(node, RewiringRule.AUTHORS));
    Stream<DynamicTest> others =
        Golden.optionCases()
            .filter(node -> GoldenRewiring.rule(node).selection() instanceof Selection.Draw)
            .map(node -> golden(node, GoldenRewiring.rule(node)));
    return Stream.concat(authors, others);
  }

  private DynamicTest golden(JsonNode node, RewiringRule rule) {
    return DynamicTest.dynamicTest(
        node.get("name").asText(),
        () ->
            GoldenRewiring.assertRewires(
                node, kernel(rule, passed -> {}), GoldenRewiring.matrix(node)));
  }

  /** From a matrix at a time to all together; counted once, whatever it takes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 20_000, 60_000, 1 << 30})
  void manyMatricesWithinAnyMemory(long bytes) {
    List<INDArray> matrices = KernelParity.ofManyShapes();
    AtomicLong passed = new AtomicLong();
    RunningDevice small = device.within(bytes);
    assertEqualResults(
        new OpenClKernel(small, RewiringRule.AUTHORS, passed::addAndGet, 1000), matrices);
    assertEquals(2 * matrices.stream().mapToLong(INDArray::length).sum(), passed.get());
  }

  /** Batches turn out to be too large; counted once all the same. */
  @Test
  void halvesABatchUntilThereIsMemoryForIt() {
    List<INDArray> matrices =
        List.of(
            matrix(DataType.FLOAT, 30, 50),
            matrix(DataType.FLOAT, 31, 33),
            matrix(DataType.FLOAT, 64, 64),
            matrix(DataType.FLOAT, 80, 3),
            matrix(DataType.FLOAT, 50, 30));
    AtomicLong passed = new AtomicLong();
    device.device().failAbove(17_000, OUT_OF_MEMORY);
    try {
      assertEqualResults(kernel(RewiringRule.AUTHORS, passed::addAndGet), matrices);
    } finally {
      device.device().failAbove(Long.MAX_VALUE, 0);
    }
    assertEquals(2 * matrices.stream().mapToLong(INDArray::length).sum(), passed.get());
  }

  @Test
  void aDeviceThatFailsLeavesMatricesAsTheyAre() {
    assertFails(OUT_OF_MEMORY, "has too little memory free, or failed: a matrix of 40 x 50 needs");
    assertFails(INVALID_QUEUE, "failed while it rewired: clCreateBuffer");
  }

  private void assertFails(int error, String message) {
    INDArray matrix = matrix(DataType.FLOAT, 40, 50);
    long[] before = bits(matrix);
    RewireKernel kernel = kernel(RewiringRule.AUTHORS, passed -> {});
    device.device().failAbove(0, error);
    try {
      DeviceFailedException failed =
          assertThrows(DeviceFailedException.class, () -> kernel.rewire(Matrix.of(matrix), SEED));
      assertTrue(failed.getMessage().contains(message), failed::getMessage);
      assertTrue(failed.getMessage().contains("nothing is written"), failed::getMessage);
    } finally {
      device.device().failAbove(Long.MAX_VALUE, 0);
    }
    assertArrayEquals(before, bits(matrix));
  }

  @Test
  void theFirstUnfitMatrixIsNamedWhereverItIsRewired() {
    INDArray huge = Nd4j.create(DataType.DOUBLE, 40, 50).assign(1e308);
    List<INDArray> matrices =
        List.of(matrix(DataType.FLOAT, 9, 9), huge.dup(), huge.dup().reshape('c', 20, 100), huge);
    for (long small : new long[] {0, 100, 1 << 20}) {
      RewireKernel kernel = new OpenClKernel(device, RewiringRule.AUTHORS, w -> {}, small);
      UnfitMatrixException refused =
          assertThrows(UnfitMatrixException.class, () -> kernel.rewire(seeded(matrices)));
      assertEquals(1, refused.number());
      assertTrue(refused.getMessage().contains("too large for attachment"), refused::getMessage);
    }
  }

  @Test
  void drawsWithTheReferenceSamplerAlone() {
    for (Selection other :
        List.of(
            Selection.Draw.authors(SamplerKind.EXPONENTIAL),
            new Selection.Greedy(),
            new Selection.BestOf(2))) {
      RewiringRule rule = new RewiringRule(Passes.BOTH, other);
      assertThrows(IllegalArgumentException.class, () -> kernel(rule, passed -> {}));
    }
  }

  /** A product that is another one stands for a compiler or a card with a fault. */
  @Test
  void refusesADeviceThatComputesOtherwise() {
    System.setProperty(
        KernelLayout.PROLOGUE, "\n#undef HIGH_PRODUCT\n#define HIGH_PRODUCT(a, b) (a)\n");
    try {
      UnsupportedDeviceException refused =
          assertThrows(
              UnsupportedDeviceException.class, () -> RunningDevice.start(OpenCl.device()));
      assertTrue(refused.getMessage().contains("found other bytes"), refused::getMessage);
    } finally {
      System.clearProperty(KernelLayout.PROLOGUE);
    }
  }

  @Test
  void refusesADeviceWhoseCompilerFails() {
    System.setProperty(KernelLayout.PROLOGUE, "\n#undef GLOBAL\n#define GLOBAL nothing\n");
    try {
      UnsupportedDeviceException refused =
          assertThrows(
              UnsupportedDeviceException.class, () -> RunningDevice.start(OpenCl.device()));
      assertTrue(refused.getMessage().contains("a trial failed: compiling"), refused::getMessage);
      assertTrue(refused.getMessage().contains("error: "), refused::getMessage);
    } finally {
      System.clearProperty(KernelLayout.PROLOGUE);
    }
  }

  @Test
  void equalWeightsZerosAndSubnormalNumbers() {
    List<INDArray> matrices = new ArrayList<>(KernelParity.ofTies());
    matrices.add(map(matrix(DataType.FLOAT, 40, 50), w -> w * Float.MIN_VALUE * 1000));
    assertEqualResults(kernel(RewiringRule.AUTHORS, passed -> {}), matrices);
  }

  /**
   * Of equal shares, whose sums from left to right drift away from true ones, this stream draws one
   * that lies between the two: found with numpy.
   */
  @Test
  void aDrawThatIsTooNearToAShareIsMadeInOrder() {
    INDArray weights = matrix(DataType.FLOAT, 2, 100_003);
    weights.getRow(0).assign(0);
    RewiringRule rule =
        new RewiringRule(Passes.INPUT, Selection.Draw.authors(SamplerKind.REFERENCE));
    SeedSequence stream = SeedSequence.of(BigInteger.valueOf(42)).child(459);
    KernelParity.assertSame(
        new JavaKernel(rule), kernel(rule, passed -> {}), weights, stream, "a draw near a share");
  }

  @Test
  void weightsOfAnyScale() {
    assertEqualResults(kernel(RewiringRule.AUTHORS, passed -> {}), KernelParity.ofAnyScale());
  }

  private static void assertEqualResults(RewireKernel kernel, List<INDArray> matrices) {
    KernelParity.assertSame(new JavaKernel(), kernel, matrices);
  }
}
