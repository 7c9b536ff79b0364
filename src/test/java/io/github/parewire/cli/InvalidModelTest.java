package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import io.github.parewire.testing.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Input that is no sound model: status 3, one line that says what and where, no trace left. */
final class InvalidModelTest {

  private static final String NAME = "the weight";

  @TempDir private Path folder;
  private Path in;

  @BeforeEach
  void nameInput() {
    in = folder.resolve("in.onnx");
  }

  @Test
  void emptyFile() {
    assertRefused(new byte[0], "empty file");
  }

  @Test
  void folder() throws IOException {
    Files.createDirectory(in);
    assertRefused("expected a file", "found a folder");
  }

  @Test
  void text() {
    assertRefused("import torch\n".getBytes(StandardCharsets.UTF_8), "not an ONNX model");
  }

  @Test
  void modelWithoutGraph() {
    assertRefused(
        ModelProto.newBuilder().setIrVersion(8).setProducerName("x").build().toByteArray(),
        "not an ONNX model",
        "graph");
  }

  @Test
  void otherMessage() {
    assertRefused(
        tensor(new int[] {2, 3})
            .setRawData(ByteString.copyFrom(new byte[24]))
            .build()
            .toByteArray(),
        "not an ONNX model");
  }

  @TestFactory
  Stream<DynamicTest> randomBytes() {
    Random random = Seeds.random("random bytes");
    return IntStream.range(0, 200)
        .mapToObj(
            i -> {
              byte[] bytes = new byte[1 + random.nextInt(400)];
              random.nextBytes(bytes);
              return DynamicTest.dynamicTest(
                  "bytes " + i, () -> assertRefused(bytes, "an ONNX model"));
            });
  }

  /** The graph comes last, so that no proper beginning of the file is a model. */
  @TestFactory
  Stream<DynamicTest> truncated() {
    Models models = dense(Storage.RAW, ElementType.FLOAT);
    models.wire().backwards();
    byte[] whole = reversedModel(models);
    return IntStream.range(1, whole.length)
        .filter(length -> length % 3 == 0 || length > whole.length - 8)
        .mapToObj(
            length ->
                DynamicTest.dynamicTest(
                    length + " of " + whole.length + " bytes",
                    () -> assertRefused(Arrays.copyOf(whole, length), "not an ONNX model")));
  }

  private static byte[] reversedModel(Models models) {
    ModelProto model = models.build();
    byte[] rest = model.toBuilder().clearGraph().build().toByteArray();
    byte[] graph =
        Wire.field(ModelProto.GRAPH_FIELD_NUMBER, models.wire().serialize(model.getGraph()), 0);
    byte[] whole = Arrays.copyOf(rest, rest.length + graph.length);
    System.arraycopy(graph, 0, whole, rest.length, graph.length);
    return whole;
  }

  /** Flipped bits may leave a sound model, but never a crash or half a file. */
  @TestFactory
  Stream<DynamicTest> flippedBits() {
    byte[] sound = dense(Storage.PACKED, ElementType.FLOAT16).bytes();
    Random random = Seeds.random("flipped bits");
    return IntStream.range(0, 300)
        .mapToObj(
            i -> {
              byte[] bytes = sound.clone();
              for (int flips = 1 + i % 3; flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
              }
              return DynamicTest.dynamicTest("flip " + i, () -> assertNoBug(bytes));
            });
  }

  private void assertNoBug(byte[] bytes) throws IOException {
    Files.write(in, bytes);
    Path out = folder.resolve("out.onnx");
    Cli run = Cli.run(in, out);
    assertTrue(List.of(0, 3, 4).contains(run.status()), run::toString);
    assertEquals(run.status() == 0, Files.exists(out));
    assertEquals(run.status() == 0 ? 2 : 1, files().size());
    Files.deleteIfExists(out);
  }

  @Test
  void tooLittleRawData() {
    assertTensorRefused(
        tensor(new int[] {2, 3}).setRawData(ByteString.copyFrom(new byte[23])),
        "24 bytes",
        "found 23");
  }

  @Test
  void tooMuchRawData() {
    assertTensorRefused(
        tensor(new int[] {2, 3}).setRawData(ByteString.copyFrom(new byte[28])),
        "24 bytes",
        "found 28");
  }

  @Test
  void tooFewTypedElements() {
    assertTensorRefused(
        tensor(new int[] {2, 3}).addAllFloatData(List.of(1f, 2f, 3f, 4f, 5f)),
        "6 typed elements",
        "found 5");
  }

  @Test
  void tooManyTypedElements() {
    assertTensorRefused(
        tensor(new int[] {2, 2}).addAllFloatData(List.of(1f, 2f, 3f, 4f, 5f)),
        "4 typed elements",
        "found 5");
  }

  @Test
  void noData() {
    assertTensorRefused(tensor(new int[] {2, 2}), "4 typed elements", "found 0");
  }

  @Test
  void dataOfAnotherType() {
    assertTensorRefused(
        tensor(new int[] {1, 2}).addAllDoubleData(List.of(1.0, 2.0)), "2 typed", "found 0");
  }

  @Test
  void rawAndTypedData() {
    assertTensorRefused(
        tensor(new int[] {1, 2})
            .setRawData(ByteString.copyFrom(new byte[8]))
            .addAllFloatData(List.of(1f, 2f)),
        "expected its data in one form",
        "found two");
  }

  @Test
  void negativeDimension() {
    assertTensorRefused(
        tensor(new int[] {2, -3}).setRawData(ByteString.copyFrom(new byte[24])),
        "0 or more",
        "[2, -3]");
  }

  @Test
  void twoNegativeDimensions() {
    assertTensorRefused(
        tensor(new int[] {-2, -3}).setRawData(ByteString.copyFrom(new byte[24])),
        "0 or more",
        "[-2, -3]");
  }

  @Test
  void dimensionsOverflowing() {
    TensorProto.Builder tensor =
        tensor(new int[0]).addDims(1L << 32).addDims(1L << 32).setRawData(ByteString.EMPTY);
    assertTensorRefused(tensor, "63 bits", "[4294967296, 4294967296]");
  }

  @Test
  void bytesOverflowing() {
    TensorProto.Builder tensor =
        tensor(new int[0]).addDims(1L << 31).addDims(1L << 31).setRawData(ByteString.EMPTY);
    assertTensorRefused(tensor, "63 bits");
  }

  @Test
  void hugeDimensionsWithoutData() {
    TensorProto.Builder tensor =
        tensor(new int[0]).addDims(1L << 30).addDims(1L << 20).setRawData(ByteString.EMPTY);
    assertTensorRefused(tensor, "4503599627370496 bytes", "found 0");
  }

  @Test
  void contradictionInABias() {
    Models models = dense(Storage.RAW, ElementType.FLOAT);
    models.graph().initializer(tensor(new int[] {4}).setName("a bias").addFloatData(1).build());
    assertRefused(models.bytes(), "'a bias'", "4 typed elements", "found 1");
  }

  @TestFactory
  Stream<DynamicTest> notFinite() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ElementType type : Weights.TYPES) {
      for (Storage storage : Storage.values()) {
        for (long bits : notFinite(type)) {
          tests.add(
              DynamicTest.dynamicTest(
                  type + ", " + storage + ", " + Long.toHexString(bits),
                  () -> assertNotFinite(type, storage, bits)));
        }
      }
    }
    return tests.stream();
  }

  private void assertNotFinite(ElementType type, Storage storage, long bits) {
    long[] all = Weights.random(type, Seeds.random("not finite"), 4, 5).bits();
    all[13] = bits;
    Weights weights = Weights.of(type, new int[] {4, 5}, all);
    assertRefused(
        Models.dense(NAME, storage, weights).bytes(),
        "'" + NAME + "'",
        "expected finite",
        "found NaN or infinity at element 13");
  }

  /** Both infinities, a quiet, a signalling and a negative NaN. */
  private static long[] notFinite(ElementType type) {
    return switch (type) {
      case FLOAT -> new long[] {0x7f800000L, 0xff800000L, 0x7fc00000L, 0x7f800001L, 0xffffffffL};
      case FLOAT16 -> new long[] {0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff};
      case BFLOAT16 -> new long[] {0x7f80, 0xff80, 0x7fc0, 0x7f81, 0xffff};
      case DOUBLE ->
          new long[] {
            0x7ff0000000000000L, 0xfff0000000000000L, 0x7ff8000000000000L, 0x7ff0000000000001L, -1
          };
      case INT8, UINT8 -> throw new IllegalArgumentException(type.toString());
    };
  }

  @TestFactory
  Stream<DynamicTest> sixteenBitPatternsOutOfRange() {
    return Stream.of(-1, 0x10000, Integer.MIN_VALUE)
        .map(
            value ->
                DynamicTest.dynamicTest(
                    String.valueOf(value),
                    () ->
                        assertTensorRefused(
                            tensor(new int[] {2, 2})
                                .setDataType(TensorProto.DataType.FLOAT16_VALUE)
                                .addAllInt32Data(List.of(1, 2, value, 4)),
                            "16 bits",
                            "found " + value)));
  }

  @Test
  void strengthsTooLarge() {
    float huge = 3e38f;
    Weights weights = Weights.floats(new int[] {3, 2}, -huge, 1, -huge, 1, 2, 1);
    Models models = Models.dense(NAME, Storage.RAW, weights);
    double big = 1e308;
    Weights doubles =
        Weights.of(
            ElementType.DOUBLE, new int[] {3, 2}, DoubleBits.of(-big, big, -big, big, big, big));
    assertRefused(Models.dense(NAME, Storage.RAW, doubles).bytes(), "'" + NAME + "'");
    assertEquals(0, Cli.run(models.write(in), folder.resolve("out.onnx")).status());
  }

  @Test
  void functionThatCallsItself() {
    Models models = dense(Storage.RAW, ElementType.FLOAT);
    NodeProto call = Models.node(Models.FUNCTION_DOMAIN, "Again", List.of("x"), "z");
    models.function(
        io.github.parewire.onnx.FunctionProto.newBuilder()
            .setName("Again")
            .addInput("x")
            .addOutput("z")
            .addNode(call));
    models.graph().add(call);
    assertRefused(models.bytes(), "must not call itself");
  }

  @Test
  void valueThatDependsOnItself() {
    Models models = dense(Storage.RAW, ElementType.FLOAT);
    models
        .graph()
        .node("Identity", List.of("b"), "a")
        .node("Identity", List.of("a"), "b")
        .node("MatMul", List.of("x", "a"), "c");
    assertRefused(models.bytes(), "depends on itself");
  }

  @Test
  void subgraphsNestedTooDeep() {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("innermost");
    for (int depth = 0; depth < 300; depth++) {
      AttributeProto attribute =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(graph)
              .build();
      NodeProto node = NodeProto.newBuilder().setOpType("Loop").addAttribute(attribute).build();
      graph = GraphProto.newBuilder().setName("g" + depth).addNode(node);
    }
    assertRefused(ModelProto.newBuilder().setGraph(graph).build().toByteArray(), "deep");
  }

  @Test
  void messagesNestedTooDeep() {
    byte[] graph = {};
    for (int depth = 0; depth < 2000; depth++) {
      byte[] attribute = Wire.field(AttributeProto.G_FIELD_NUMBER, graph, 0);
      byte[] node = Wire.field(NodeProto.ATTRIBUTE_FIELD_NUMBER, attribute, 0);
      graph = Wire.field(GraphProto.NODE_FIELD_NUMBER, node, 0);
    }
    assertRefused(Wire.field(ModelProto.GRAPH_FIELD_NUMBER, graph, 0), "not an ONNX model");
  }

  private static Models dense(Storage storage, ElementType type) {
    return Models.dense(NAME, storage, Weights.random(type, Seeds.random("dense"), 4, 5));
  }

  private static TensorProto.Builder tensor(int[] dims) {
    return Weights.floats(dims).header(NAME);
  }

  private void assertTensorRefused(TensorProto.Builder tensor, String... words) {
    List<Consumer<Models>> places =
        List.of(
            models -> models.graph().initializer(tensor.build()),
            models -> models.graph().constant(NAME, tensor.build()));
    for (Consumer<Models> place : places) {
      Models models = Models.model();
      place.accept(models);
      models
          .graph()
          .input("x", TensorProto.DataType.FLOAT)
          .node("Gemm", List.of("x", NAME), "y", Models.attribute("transB", 1))
          .output("y", TensorProto.DataType.FLOAT);
      List<String> all = new ArrayList<>(List.of(words));
      all.add("'" + NAME + "'");
      assertRefused(models.bytes(), all.toArray(String[]::new));
    }
  }

  private void assertRefused(byte[] bytes, String... words) {
    try {
      Files.write(in, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertRefused(words);
  }

  private void assertRefused(String... words) {
    Cli run = Cli.run(in, folder.resolve("out.onnx"));
    assertAll(
        () -> assertEquals(3, run.status(), run::toString),
        () -> assertEquals("", run.out()),
        () -> assertEquals(1, run.errLines().size(), run::err),
        () -> assertTrue(run.err().contains(in.toString()), run::err),
        () -> assertEquals(List.of(in), files()));
    for (String word : words) {
      assertTrue(run.err().contains(word), () -> "expected '" + word + "' in: " + run.err());
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** Bit patterns of doubles. */
  private static final class DoubleBits {
    static long[] of(double... values) {
      return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }
  }
}
