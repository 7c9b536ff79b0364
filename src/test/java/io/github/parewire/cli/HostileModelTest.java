package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import io.github.parewire.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models made to do harm: by sizes that are not theirs, by shapes that a library can't bear, by
 * small files that cost much time or memory.
 */
final class HostileModelTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MANY = 20_000;
  private static final TensorProto.DataType FLOAT = TensorProto.DataType.FLOAT;

  @TempDir private Path folder;

  /** Position and length overflow together: protobuf's parser reads behind the file then. */
  @TestFactory
  Stream<DynamicTest> lengthsThatOverflow() {
    Map<String, byte[]> cases = new LinkedHashMap<>();
    byte[] length = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    byte[] floats = field(TensorProto.FLOAT_DATA_FIELD_NUMBER, length);
    byte[] tensor = Wire.field(GraphProto.INITIALIZER_FIELD_NUMBER, floats, 0);
    cases.put("packed data", Wire.field(ModelProto.GRAPH_FIELD_NUMBER, tensor, 0));
    byte[] initializer = field(GraphProto.INITIALIZER_FIELD_NUMBER, length);
    cases.put("message", Wire.field(ModelProto.GRAPH_FIELD_NUMBER, initializer, 0));
    cases.put("graph", field(ModelProto.GRAPH_FIELD_NUMBER, length));
    cases.put("string", field(ModelProto.PRODUCER_NAME_FIELD_NUMBER, length));
    cases.put("unknown field", field(1000, length));
    return cases.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      // Behind a field, as the sum overflows only there.
                      byte[] version = {ModelProto.IR_VERSION_FIELD_NUMBER << 3, 8};
                      byte[] file = concat(version, entry.getValue());
                      Cli cli = run(file);
                      assertEquals(3, cli.status(), cli::toString);
                      assertTrue(cli.err().contains("2147483647 bytes"), cli::err);
                    }));
  }

  /** A field with a length and nothing behind it. */
  private static byte[] field(int number, byte[] length) {
    byte[] empty = Wire.field(number, new byte[0], 0);
    return concat(Arrays.copyOf(empty, empty.length - 1), length);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** What has no meaning is left; the sound layer beside it is rewired all the same. */
  @TestFactory
  Stream<DynamicTest> weightsThatAreLeft() {
    Map<String, Consumer<Models.Graph>> cases = new LinkedHashMap<>();
    cases.put("more than 8 dimensions", HostileModelTest::manyDimensions);
    cases.put(
        "stored in segments",
        graph ->
            graph
                .initializer(
                    tensor(2, 2)
                        .setRawData(ByteString.copyFrom(new byte[4000]))
                        .setSegment(TensorProto.Segment.newBuilder().setBegin(0))
                        .build())
                .node("MatMul", List.of("x", "w"), "y"));
    cases.put(
        "its shape does not fit",
        graph ->
            graph
                .initializer(tensor(0, 1L << 40, 3).build())
                .node(
                    "ConvTranspose", List.of("x", "w"), "y", Models.attribute("group", 1L << 40)));
    cases.put(
        "its zero point is 1099511627776",
        graph ->
            graph
                .initializer(
                    TensorProto.newBuilder()
                        .setName("zero")
                        .setDataType(TensorProto.DataType.INT64_VALUE)
                        .addInt64Data(1L << 40)
                        .build())
                .initializer(scalar("scale").addFloatData(0.5f).build())
                .weights("w", Storage.RAW, integers())
                .node("DequantizeLinear", List.of("w", "scale", "zero"), "q")
                .node("MatMul", List.of("x", "q"), "y"));
    cases.put(
        "its scale is no float32 constant",
        graph ->
            graph
                .initializer(
                    scalar("scale")
                        .setSegment(TensorProto.Segment.newBuilder().setBegin(0))
                        .build())
                .weights("w", Storage.RAW, integers())
                .node("DequantizeLinear", List.of("w", "scale"), "q")
                .node("MatMul", List.of("x", "q"), "y"));
    return cases.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Models models = sound();
                      entry.getValue().accept(models.graph());
                      Cli cli = run(models.bytes());
                      assertEquals(0, cli.status(), cli::toString);
                      assertTrue(cli.out().contains("rewired 1 layer"), cli::out);
                      Cli inspect = Cli.run("inspect", folder.resolve("in.onnx"));
                      assertTrue(inspect.out().contains(entry.getKey()), inspect::out);
                    }));
  }

  /** ND4J overwrites its stack when it permutes so many. */
  private static void manyDimensions(Models.Graph graph) {
    int[] dims = new int[32];
    Arrays.fill(dims, 1);
    dims[0] = 4;
    dims[15] = 3;
    dims[31] = 5;
    List<Long> axes = new ArrayList<>();
    for (long i = 0; i < dims.length; i++) {
      axes.add(i * 7 % dims.length);
    }
    graph
        .weights("w", Storage.RAW, weights(dims))
        .node("Transpose", List.of("w"), "t", Models.attribute("perm", axes))
        .node("Conv", List.of("x", "t"), "y");
  }

  @Test
  void conditionFromAnOutputThatAFunctionDoesNotHave() throws IOException {
    Models models = sound().function(function("F").addNode(identity()));
    Models.Graph branch = models.subgraph("branch");
    branch.output("sound", FLOAT);
    NodeProto call = Models.node(Models.FUNCTION_DOMAIN, "F", List.of("yes"), "c");
    models
        .graph()
        .condition("yes")
        .add(call.toBuilder().addOutput("d").build())
        .node("If", List.of("d"), "e", Models.attribute("then_branch", branch));
    Cli cli = run(models.bytes());
    assertEquals(4, cli.status(), cli::toString);
  }

  @Test
  void callsThatMultiply() throws IOException {
    Models models = sound();
    for (int i = 0; i < 30; i++) {
      FunctionProto.Builder function = function("F" + i);
      if (i == 29) {
        function.addNode(identity());
      } else {
        String next = "F" + (i + 1);
        function
            .addNode(Models.node(Models.FUNCTION_DOMAIN, next, List.of("a"), "t"))
            .addNode(Models.node(Models.FUNCTION_DOMAIN, next, List.of("t"), "b"));
      }
      models.function(function);
    }
    models.graph().add(Models.node(Models.FUNCTION_DOMAIN, "F0", List.of("x"), "y"));
    Cli cli = run(models.bytes());
    assertEquals(3, cli.status(), cli::toString);
    assertTrue(cli.err().contains("every call expanded"), cli::err);
  }

  /** Each of many operators looks at the weight through all the nodes before it. */
  @TestFactory
  Stream<DynamicTest> longChains() {
    Map<String, Consumer<Models>> cases = new LinkedHashMap<>();
    cases.put(
        "of views",
        models -> {
          for (int i = 0; i < MANY; i++) {
            models
                .graph()
                .node("Transpose", List.of(link(i)), link(i + 1))
                .node("MatMul", List.of("x", link(i + 1)), "y" + i);
          }
        });
    cases.put(
        "of views that do not join",
        models -> {
          models
              .graph()
              .integers("shape0", List.of(1L, 4L, 5L))
              .integers("shape1", List.of(4L, 5L));
          for (int i = 0; i < MANY; i++) {
            models
                .graph()
                .node("Transpose", List.of(link(i)), "t" + i)
                .node("Reshape", List.of("t" + i, "shape" + i % 2), link(i + 1))
                .node("MatMul", List.of("x", link(i + 1)), "y" + i);
          }
        });
    cases.put(
        "of calls",
        models -> {
          models.function(FunctionProto.newBuilder().setName("F").addInput("a").addOutput("a"));
          for (int i = 0; i < MANY; i++) {
            models
                .graph()
                .add(Models.node(Models.FUNCTION_DOMAIN, "F", List.of(link(i)), link(i + 1)))
                .node("Relu", List.of(link(i + 1)), "y" + i);
          }
        });
    cases.put(
        "of branches",
        models -> {
          models.graph().condition("yes");
          for (int i = 0; i < MANY; i++) {
            Models.Graph branch = models.subgraph("branch");
            branch.output(link(i), FLOAT);
            models
                .graph()
                .node("If", List.of("yes"), link(i + 1), Models.attribute("then_branch", branch))
                .node("Relu", List.of(link(i + 1)), "y" + i);
          }
        });
    cases.put(
        "of attributes",
        models -> {
          NodeProto.Builder node = Models.node("custom", "Custom", List.of("x"), "y").toBuilder();
          for (int i = 0; i < 3 * MANY; i++) {
            node.addAttribute(Models.attribute("a" + i, i));
          }
          models.graph().add(node.build());
        });
    return cases.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Models models = sound();
                      entry.getValue().accept(models);
                      byte[] bytes = models.bytes();
                      Cli cli = assertTimeoutPreemptively(SOON, () -> inspect(bytes));
                      assertEquals(0, cli.status(), cli::toString);
                    }));
  }

  private static String link(int i) {
    return i == 0 ? "sound" : "link" + i;
  }

  @Test
  void manyTensorsInOneDataFile() throws IOException {
    int count = 5 * MANY;
    Models models = sound();
    for (int i = 0; i < count; i++) {
      TensorProto.Builder tensor = tensor(2, 2).setName("w" + i);
      tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
      Map.of("location", "data.bin", "offset", String.valueOf(16L * i))
          .forEach(
              (key, value) ->
                  tensor.addExternalData(
                      StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
      models.graph().initializer(tensor.build()).node("MatMul", List.of("x", "w" + i), "y" + i);
    }
    Files.write(folder.resolve("data.bin"), new byte[16 * count]);
    byte[] bytes = models.bytes();
    Cli cli = assertTimeoutPreemptively(SOON, () -> inspect(bytes));
    assertEquals(0, cli.status(), cli::toString);
  }

  /** A model with one sound layer. */
  private static Models sound() {
    Models models = Models.model();
    models
        .graph()
        .input("x", FLOAT)
        .weights("sound", Storage.RAW, weights(4, 5))
        .node("Gemm", List.of("x", "sound"), "out", Models.attribute("transB", 1))
        .output("out", FLOAT);
    return models;
  }

  private static Weights weights(int... dims) {
    return Weights.random(ElementType.FLOAT, Seeds.random("hostile"), dims);
  }

  private static Weights integers() {
    return Weights.of(ElementType.INT8, new int[] {2, 2}, new long[] {1, 2, 3, 4});
  }

  private static TensorProto.Builder tensor(long... dims) {
    TensorProto.Builder tensor = scalar("w");
    Arrays.stream(dims).forEach(tensor::addDims);
    return tensor;
  }

  private static TensorProto.Builder scalar(String name) {
    return TensorProto.newBuilder().setName(name).setDataType(FLOAT.getNumber());
  }

  private static FunctionProto.Builder function(String name) {
    return FunctionProto.newBuilder().setName(name).addInput("a").addOutput("b");
  }

  private static NodeProto identity() {
    return Models.node("", "Identity", Collections.singletonList("a"), "b");
  }

  private Cli run(byte[] model) throws IOException {
    Path in = Files.write(folder.resolve("in.onnx"), model);
    return Cli.run(in, folder.resolve("out.onnx"));
  }

  private Cli inspect(byte[] model) throws IOException {
    return Cli.run("inspect", Files.write(folder.resolve("in.onnx"), model));
  }
}
