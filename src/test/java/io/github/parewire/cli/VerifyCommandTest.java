package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code verify} accepts what the tool wrote, and nothing that differs from it by one bit. */
final class VerifyCommandTest {

  private static final List<String> CHECKS = List.of("sort", "fingerprint");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"INT8", "UINT8"})
  void acceptsWhatWasWritten(ElementType type) {
    for (Storage storage : List.of(Storage.RAW, Storage.UNPACKED, Storage.CONSTANT_PACKED)) {
      Path in = model(type, storage).write(folder.resolve("in.onnx"));
      Path out = folder.resolve("out.onnx");
      assertEquals(0, Cli.run(in, out).status());
      for (String check : CHECKS) {
        Cli run = Cli.run("verify", in, out, "--check", check);
        assertEquals(0, run.status(), run::toString);
        assertEquals("verified", run.outLines().get(run.outLines().size() - 1));
        assertEquals("", run.err());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> refusesWhatWasTamperedWith() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ElementType type : Weights.TYPES) {
      for (Storage storage : List.of(Storage.RAW, Storage.PACKED)) {
        for (String check : CHECKS) {
          tamperings(type)
              .forEach(
                  (what, tampering) ->
                      tests.add(
                          DynamicTest.dynamicTest(
                              String.join(", ", what, type.toString(), storage.name(), check),
                              () -> assertRefused(type, storage, check, what, tampering))));
        }
      }
    }
    return tests.stream();
  }

  /** Read, and looked at, in several parts: each of them counts. */
  @Test
  void largeTensor() throws IOException {
    int edge = 2100;
    Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("large tensor"), edge, edge);
    Path in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");
    Cli run = Cli.run(in, out);
    assertEquals(0, run.status(), run::toString);
    ModelProto rewired = Tensors.model(out);
    byte[] raw = rewired.getGraph().getInitializer(0).getRawData().toByteArray();
    for (int at : List.of(0, raw.length / 2, raw.length - Float.BYTES)) {
      raw[at] ^= 1;
      ModelProto.Builder tampered = rewired.toBuilder();
      tampered.getGraphBuilder().getInitializerBuilder(0).setRawData(ByteString.copyFrom(raw));
      Files.write(out, tampered.build().toByteArray());
      Cli verify = Cli.run("verify", in, out);
      assertEquals(1, verify.status(), verify::toString);
      assertTrue(verify.out().contains("other weights in 'w'"), verify::out);
      raw[at] ^= 1;
    }
  }

  /** They are decoded together, and compared each by itself: two that exchange a weight differ. */
  @Test
  void manySmallTensors() throws IOException {
    int layers = 70;
    Models models = Models.model();
    models.graph().input("x0", TensorProto.DataType.FLOAT);
    for (int i = 0; i < layers; i++) {
      Storage storage = i % 2 == 0 ? Storage.RAW : Storage.PACKED;
      Weights weights = Weights.random(ElementType.FLOAT, Seeds.random("small " + i), 6, 6);
      models.graph().weights("w" + i, storage, weights);
      models.graph().node("MatMul", List.of("x" + i, "w" + i), "x" + (i + 1));
    }
    models.graph().output("x" + layers, TensorProto.DataType.FLOAT);
    Path in = models.write(folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");
    Cli run = Cli.run(in, out);
    assertEquals(0, run.status(), run::toString);
    for (String check : CHECKS) {
      Cli verify = Cli.run("verify", in, out, "--check", check);
      assertEquals(0, verify.status(), verify::toString);
    }

    ModelProto.Builder tampered = Tensors.model(out).toBuilder();
    TensorProto.Builder one = tampered.getGraphBuilder().getInitializerBuilder(34);
    TensorProto.Builder other = tampered.getGraphBuilder().getInitializerBuilder(36);
    byte[] ones = one.getRawData().toByteArray();
    byte[] others = other.getRawData().toByteArray();
    for (int i = 0; i < Float.BYTES; i++) {
      byte kept = ones[i];
      ones[i] = others[i];
      others[i] = kept;
    }
    one.setRawData(ByteString.copyFrom(ones));
    other.setRawData(ByteString.copyFrom(others));
    Files.write(out, tampered.build().toByteArray());
    for (String check : CHECKS) {
      Cli verify = Cli.run("verify", in, out, "--check", check);
      assertEquals(1, verify.status(), verify::toString);
      assertTrue(verify.out().contains("other weights in 'w34', 'w36'"), verify::out);
    }
  }

  /** What was 1 at the output is infinite now, as a permutation may have it. */
  @Test
  void tellsOfNewInfinities() throws IOException {
    Cli run = verified(product(1e30f, 1e-30f), product(1e-30f, 1e30f));
    assertTrue(run.out().contains("of other values come 'y' with NaN or infinity)"), run::out);
  }

  /** A traced model may declare the size that what depends on values had once. */
  @Test
  void tellsOfAnotherSizeOfWhatDependsOnValues() throws IOException {
    Cli run = verified(found(product(1e30f, 1e-30f)), found(product(1e-30f, 1e30f)));
    assertTrue(run.out().contains("'small' [1, 0] in place of [1, 1]"), run::out);
  }

  /** One of the largest of no values. */
  @Test
  void tellsOfARunThatOtherValuesEnd() throws IOException {
    Cli run = verified(largest(product(1e30f, 1e-30f)), largest(product(1e-30f, 1e30f)));
    assertTrue(run.out().contains("runs: skipped (both load, and the input runs; "), run::out);
  }

  private Cli verified(Models before, Models after) throws IOException {
    Path in = before.write(folder.resolve("in.onnx"));
    Path out = after.write(folder.resolve("out.onnx"));
    Cli run = Cli.run("verify", in, out);
    assertEquals(0, run.status(), run::toString);
    assertTrue(run.out().contains("nothing else changed: holds"), run::out);
    assertTrue(run.out().contains("same weights: holds"), run::out);
    return run;
  }

  /** Its output is kept if it is small, of a size that depends on that. */
  private static Models found(Models models) {
    models
        .graph()
        .weights("limit", Storage.RAW, Weights.floats(new int[] {1}, 1e20f))
        .node("Abs", List.of("y"), "size")
        .node("Less", List.of("size", "limit"), "is_small")
        .integers("flat", List.of(-1L))
        .node("Reshape", List.of("is_small", "flat"), "condition")
        .node("Compress", List.of("y", "condition"), "small", Models.attribute("axis", 1))
        .output("small", TensorProto.DataType.FLOAT);
    return models;
  }

  private static Models largest(Models models) {
    found(models)
        .graph()
        .integers("one", List.of(1L))
        .add(
            Models.node("", "TopK", List.of("small", "one"), "largest").toBuilder()
                .addOutput("places")
                .build())
        .output("largest", TensorProto.DataType.FLOAT);
    return models;
  }

  private static Models product(float first, float second) {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT, 1, 1)
        .weights("v", Storage.RAW, Weights.floats(new int[] {1, 2}, 1e-30f, 1e30f))
        .weights("w", Storage.RAW, Weights.floats(new int[] {2, 1}, first, second))
        .node("MatMul", List.of("x", "v"), "h")
        .node("MatMul", List.of("h", "w"), "y")
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  private void assertRefused(
      ElementType type,
      Storage storage,
      String check,
      String what,
      Consumer<ModelProto.Builder> tampering)
      throws IOException {
    Path in = model(type, storage).write(folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");
    assertEquals(0, Cli.run(in, out).status());
    ModelProto.Builder model = Tensors.model(out).toBuilder();
    tampering.accept(model);
    Files.write(out, model.build().toByteArray());

    Cli run = Cli.run("verify", in, out, "--check", check);

    assertEquals(1, run.status(), run::toString);
    assertEquals("NOT verified", run.outLines().get(run.outLines().size() - 1));
    String proof =
        what.startsWith("weight:") ? "same weights: failed" : "nothing else changed: failed";
    assertTrue(run.out().contains(proof), run::out);
    assertEquals("", run.err());
  }

  private static Map<String, Consumer<ModelProto.Builder>> tamperings(ElementType type) {
    Map<String, Consumer<ModelProto.Builder>> all = new LinkedHashMap<>();
    long sign = 1L << (8 * type.bytes() - 1);
    all.put("weight: one changed by one ulp", model -> change(model, 0, 7, bits -> bits ^ 1));
    all.put("weight: one negated", model -> change(model, 1, 3, bits -> bits ^ sign));
    all.put("weight: 0.0 for -0.0", model -> change(model, 0, find(model, sign), bits -> 0));
    all.put(
        "weight: one doubled, another lost",
        model -> change(model, 0, 2, bits -> elements(model, 0).bits()[9]));
    all.put("weight: two exchanged between layers", VerifyCommandTest::exchange);
    all.put("bias touched", model -> change(model, 2, 1, bits -> bits ^ 1));
    all.put(
        "node renamed", model -> model.getGraphBuilder().getNodeBuilder(1).setName("another name"));
    all.put("node lost", model -> model.getGraphBuilder().removeNode(1));
    all.put("attribute changed", model -> lastNode(model).getAttributeBuilder(0).setI(0));
    all.put(
        "initializer added",
        model ->
            model
                .getGraphBuilder()
                .addInitializer(
                    TensorProto.newBuilder()
                        .setName("more")
                        .setDataType(TensorProto.DataType.FLOAT_VALUE)
                        .addDims(1)
                        .addFloatData(1)));
    all.put(
        "tensor renamed", model -> model.getGraphBuilder().getInitializerBuilder(0).setName("v"));
    all.put("dims exchanged", VerifyCommandTest::transposeDims);
    all.put("type changed", VerifyCommandTest::changeType);
    all.put("producer changed", model -> model.setProducerName("another"));
    all.put("graph lost", model -> model.setGraph(GraphProto.getDefaultInstance()));
    return all;
  }

  private static NodeProto.Builder lastNode(ModelProto.Builder model) {
    GraphProto.Builder graph = model.getGraphBuilder();
    return graph.getNodeBuilder(graph.getNodeCount() - 2);
  }

  private static void transposeDims(ModelProto.Builder model) {
    TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilder(0);
    long first = tensor.getDims(0);
    tensor.setDims(0, tensor.getDims(1)).setDims(1, first);
  }

  /** To one of the same width, so that dims and data still agree. */
  private static void changeType(ModelProto.Builder model) {
    TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilder(0);
    Weights weights = Weights.of(tensor.build());
    TensorProto.DataType other =
        switch (weights.type()) {
          case FLOAT -> TensorProto.DataType.INT32;
          case DOUBLE -> TensorProto.DataType.INT64;
          case FLOAT16 -> TensorProto.DataType.BFLOAT16;
          case BFLOAT16 -> TensorProto.DataType.FLOAT16;
          case INT8 -> TensorProto.DataType.UINT8;
          case UINT8 -> TensorProto.DataType.INT8;
        };
    tensor.clearFloatData().clearDoubleData().clearInt32Data();
    tensor.setDataType(other.getNumber()).setRawData(ByteString.copyFrom(weights.bytes()));
  }

  private static void exchange(ModelProto.Builder model) {
    long first = elements(model, 0).bits()[5];
    long second = elements(model, 1).bits()[5];
    change(model, 0, 5, bits -> second);
    change(model, 1, 5, bits -> first);
  }

  private static int find(ModelProto.Builder model, long pattern) {
    long[] bits = elements(model, 0).bits();
    for (int i = 0; i < bits.length; i++) {
      if (bits[i] == pattern) {
        return i;
      }
    }
    throw new AssertionError("no element has the pattern " + pattern);
  }

  private static Weights elements(ModelProto.Builder model, int initializer) {
    return Weights.of(model.getGraph().getInitializer(initializer));
  }

  private static void change(
      ModelProto.Builder model, int initializer, int element, LongUnaryOperator change) {
    TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilder(initializer);
    Weights weights = Weights.of(tensor.build());
    long[] bits = weights.bits();
    long before = bits[element];
    bits[element] = change.applyAsLong(before);
    if (bits[element] == before) {
      throw new AssertionError("nothing changed");
    }
    Storage storage = tensor.hasRawData() ? Storage.RAW : Storage.PACKED;
    try {
      model
          .getGraphBuilder()
          .setInitializer(
              initializer,
              TensorProto.parseFrom(storage.encode(tensor.getName(), weights.withBits(bits))));
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Two Gemms and a bias; the first weight has both zeros. */
  private static Models model(ElementType type, Storage storage) {
    Random random = Seeds.random("verify");
    Weights first;
    do {
      first = Weights.random(type, random, 12, 16);
    } while (!contains(first, 0) || !contains(first, 1L << (8 * type.bytes() - 1)));
    Models models = Models.model();
    models
        .graph()
        .input("x", type.dataType())
        .weights("first", storage, first)
        .weights("second", storage, Weights.random(type, random, 8, 12))
        .weights("bias", storage, Weights.random(type, random, 8))
        .node("Gemm", List.of("x", "first"), "h", Models.attribute("transB", 1))
        .node("Relu", List.of("h"), "r")
        .node("Gemm", List.of("r", "second", "bias"), "g", Models.attribute("transB", 1))
        .node("Relu", List.of("g"), "y")
        .output("y", type.dataType());
    return models;
  }

  private static boolean contains(Weights weights, long pattern) {
    return java.util.Arrays.stream(weights.bits()).anyMatch(bits -> bits == pattern);
  }
}
