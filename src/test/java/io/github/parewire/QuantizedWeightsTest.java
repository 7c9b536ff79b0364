package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.layers.Findings;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.message.NoLayerException;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.InputShapes;
import io.github.parewire.options.LayerOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.VerificationOptions;
import io.github.parewire.options.WeightCheck;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Oracle;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Integers behind a DequantizeLinear: permuted as the weights that they mean are. */
final class QuantizedWeightsTest {

  private static final int INPUTS = 40;
  private static final int OUTPUTS = 24;
  private static final float SCALE = 0.0123f;

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> equalsRewiringTheWeightsThatTheyMean() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ElementType type : List.of(ElementType.INT8, ElementType.UINT8)) {
      for (Storage storage : List.of(Storage.RAW, Storage.PACKED, Storage.UNPACKED)) {
        for (WeightCheck check : WeightCheck.values()) {
          tests.add(
              DynamicTest.dynamicTest(
                  type + ", " + storage + ", " + check, () -> check(type, storage, check)));
        }
      }
    }
    return tests.stream();
  }

  /** A MatMul of [inputs, outputs], so that there is a transposition too. */
  private void check(ElementType type, Storage storage, WeightCheck check) throws IOException {
    int zeroPoint = type == ElementType.INT8 ? -3 : 130;
    Weights weights = integers(type);
    Path in = folder.resolve("in.onnx");
    model(storage, weights, List.of(SCALE), List.of(zeroPoint)).write(in);
    Path out = folder.resolve("out.onnx");

    new Rewirer(
            RewireOptions.builder()
                .verification(new VerificationOptions(check, true, InputShapes.none()))
                .build())
        .rewire(in, out);

    double[] values = weights.values();
    double[][] matrix = new double[OUTPUTS][INPUTS];
    for (int i = 0; i < values.length; i++) {
      matrix[i % OUTPUTS][i / OUTPUTS] = (float) (values[i] - zeroPoint) * SCALE;
    }
    double[][] expected = NaiveRewiring.rewire(matrix, Oracle.SEED.child(0));
    double[] found = Tensors.weights(out, "w").values();
    assertArrayEquals(
        IntStream.range(0, found.length)
            .mapToDouble(i -> expected[i % OUTPUTS][i / OUTPUTS])
            .toArray(),
        IntStream.range(0, found.length)
            .mapToDouble(i -> (float) (found[i] - zeroPoint) * SCALE)
            .toArray());
  }

  @Test
  void withoutZeroPoint() throws IOException {
    Path in = folder.resolve("in.onnx");
    model(Storage.RAW, integers(ElementType.INT8), List.of(SCALE), List.of()).write(in);
    assertEquals(
        1,
        new Rewirer(RewireOptions.defaults())
            .rewire(in, folder.resolve("out.onnx"))
            .rewired()
            .size());
  }

  /** Each takes ten bytes in int32_data, more than any other element. */
  @Test
  void manyNegativeIntegersInInt32Data() throws IOException {
    long[] bits = new long[400 * 400];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = 128 + i * 31 % 127;
    }
    Weights weights = Weights.of(ElementType.INT8, new int[] {400, 400}, bits);
    Path in = folder.resolve("in.onnx");
    model(Storage.PACKED, weights, List.of(SCALE), List.of()).write(in);
    assertEquals(
        bits.length,
        new Rewirer(RewireOptions.builder().layers(LayerOptions.including("w")).build())
            .rewire(in, folder.resolve("out.onnx"))
            .weights());
  }

  @Test
  void oneScaleAChannelIsLeft() throws IOException {
    List<Float> scales =
        IntStream.range(0, OUTPUTS).mapToObj(i -> i == 3 ? 2 * SCALE : SCALE).toList();
    List<Integer> zeros = IntStream.range(0, OUTPUTS).mapToObj(i -> 0).toList();
    assertLeft(
        model(Storage.RAW, integers(ElementType.INT8), scales, zeros), "quantized per channel");
  }

  @Test
  void aScaleAChannelThatIsTheSameInAllIsOneScale() throws IOException {
    List<Float> scales = IntStream.range(0, OUTPUTS).mapToObj(i -> SCALE).toList();
    List<Integer> zeros = IntStream.range(0, OUTPUTS).mapToObj(i -> 3).toList();
    Path many = folder.resolve("many.onnx");
    model(Storage.RAW, integers(ElementType.INT8), scales, zeros).write(many);
    Path one = folder.resolve("one.onnx");
    model(Storage.RAW, integers(ElementType.INT8), List.of(SCALE), List.of(3)).write(one);
    assertEquals(elementsAfter(one), elementsAfter(many));
  }

  private String elementsAfter(Path in) throws IOException {
    Path out = folder.resolve("out.onnx");
    new Rewirer(RewireOptions.defaults()).rewire(in, out);
    try (OnnxFile file = OnnxFile.open(out)) {
      ByteBuffer bytes = ByteBuffer.allocate(OUTPUTS * INPUTS);
      LayerFinder.find(file, GroupMode.JOINT).layers().get(0).tensor().data().read(0, bytes);
      return Arrays.toString(bytes.array());
    }
  }

  @Test
  void aScaleThatLosesIntegersIsLeft() throws IOException {
    assertLeft(
        model(Storage.RAW, integers(ElementType.INT8), List.of(1e-44f), List.of(0)), "its scale");
  }

  @Test
  void integersWithoutDequantizeLinearAreLeft() throws IOException {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.INT8)
        .weights("w", Storage.RAW, integers(ElementType.INT8))
        .node("MatMulInteger", List.of("x", "w"), "y")
        .output("y", TensorProto.DataType.INT32);
    assertLeft(models, "MatMulInteger");
  }

  private void assertLeft(Models models, String reason) throws IOException {
    Path in = models.write(folder.resolve("in.onnx"));
    try (OnnxFile file = OnnxFile.open(in)) {
      Findings findings = LayerFinder.find(file, GroupMode.JOINT);
      assertTrue(
          findings.left().stream()
              .anyMatch(left -> left.name().equals("w") && left.reason().contains(reason)),
          () -> findings.left().toString());
    }
    Rewirer rewirer = new Rewirer(RewireOptions.defaults());
    assertThrows(NoLayerException.class, () -> rewirer.rewire(in, folder.resolve("out.onnx")));
  }

  private static Weights integers(ElementType type) {
    Random random = Seeds.random("quantized");
    long[] bits = new long[INPUTS * OUTPUTS];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = random.nextInt(256);
    }
    return Weights.of(type, new int[] {INPUTS, OUTPUTS}, bits);
  }

  private static Models model(
      Storage storage, Weights weights, List<Float> scales, List<Integer> zeroPoints) {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .weights("w", storage, weights)
        .initializer(
            vector("scale", TensorProto.DataType.FLOAT, scales.size())
                .addAllFloatData(scales)
                .build());
    if (!zeroPoints.isEmpty()) {
      models
          .graph()
          .initializer(
              vector("zero", weights.type().dataType(), zeroPoints.size())
                  .addAllInt32Data(zeroPoints)
                  .build());
    }
    models
        .graph()
        .node(
            "DequantizeLinear",
            zeroPoints.isEmpty() ? List.of("w", "scale") : List.of("w", "scale", "zero"),
            "real",
            Models.attribute("axis", 1))
        .node("MatMul", List.of("x", "real"), "y")
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  /** A scalar if it has one element. */
  private static TensorProto.Builder vector(String name, TensorProto.DataType type, int length) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    return length == 1 ? tensor : tensor.addDims(length);
  }
}
