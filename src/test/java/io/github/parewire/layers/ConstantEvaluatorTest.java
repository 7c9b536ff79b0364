package io.github.parewire.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a value always is, or that it can't be told. */
final class ConstantEvaluatorTest {

  private final Models models = Models.model();
  private final Models.Graph graph = models.graph();

  @BeforeEach
  void addInputs() {
    graph.input("x", DataType.INT64).input("c", DataType.BOOL);
    graph.weights(
        "w", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("constants"), 8, 6));
  }

  private void constant(String name, long... values) {
    graph.add(
        Models.node(
            "",
            "Constant",
            List.of(),
            name,
            Models.attribute("value_ints", java.util.Arrays.stream(values).boxed().toList())));
  }

  private void node(
      String operator, List<String> inputs, String output, AttributeProto... attributes) {
    graph.add(Models.node("", operator, inputs, output, attributes));
  }

  private Optional<List<Long>> value(String name) {
    ModelProto model = models.build();
    Scope scope = Scope.of("test", model);
    return new Tracer("test").constants().integers(scope, name);
  }

  private void assertValue(String name, Long... expected) {
    assertEquals(Optional.of(List.of(expected)), value(name), name);
  }

  private void assertUnknown(String name) {
    assertEquals(Optional.empty(), value(name), name);
  }

  @Test
  void constantsOfAnyForm() {
    constant("ints", 3, -1, 0);
    node("Constant", List.of(), "int", Models.attribute("value_int", 7));
    assertValue("ints", 3L, -1L, 0L);
    assertValue("int", 7L);
    assertUnknown("x");
    assertUnknown("nowhere");
  }

  private static TensorProto raw(DataType type, ByteBuffer bytes, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName("t")
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes.flip()));
    java.util.Arrays.stream(dims).forEach(tensor::addDims);
    return tensor.build();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Optional<List<Long>> value(TensorProto tensor) {
    ModelProto model =
        ModelProto.newBuilder()
            .setGraph(io.github.parewire.onnx.GraphProto.newBuilder().addInitializer(tensor))
            .build();
    Scope scope = Scope.of("test", model);
    return new Tracer("test").constants().integers(scope, "t");
  }

  @Test
  void tensorsOfIntegersAndTruthValues() {
    assertEquals(
        Optional.of(List.of(5L, -2L)),
        value(raw(DataType.INT64, buffer(16).putLong(5).putLong(-2), 2)));
    assertEquals(
        Optional.of(List.of(5L, -2L)),
        value(raw(DataType.INT32, buffer(8).putInt(5).putInt(-2), 2)));
    assertEquals(
        Optional.of(List.of(1L, 0L)),
        value(raw(DataType.BOOL, buffer(2).put((byte) 1).put((byte) 0), 2)));
    assertEquals(Optional.of(List.of(-1L)), value(raw(DataType.INT8, buffer(1).put((byte) -1), 1)));
    assertEquals(
        Optional.of(List.of(255L)), value(raw(DataType.UINT8, buffer(1).put((byte) -1), 1)));
    assertEquals(Optional.of(List.of(9L)), value(raw(DataType.INT64, buffer(8).putLong(9))));
    assertEquals(Optional.empty(), value(raw(DataType.FLOAT, buffer(4).putFloat(1), 1)));
    assertEquals(
        Optional.of(List.of(4L, 6L)),
        value(
            TensorProto.newBuilder()
                .setName("t")
                .setDataType(DataType.INT32_VALUE)
                .addDims(2)
                .addInt32Data(4)
                .addInt32Data(6)
                .build()));
  }

  @Test
  void shapesOfStoredTensors() {
    node("Shape", List.of("w"), "shape");
    node("Transpose", List.of("w"), "t");
    node("Shape", List.of("t"), "transposed");
    node("Shape", List.of("x"), "free");
    assertValue("shape", 8L, 6L);
    assertValue("transposed", 6L, 8L);
    assertUnknown("free");
  }

  @Test
  void partsOfShapes() {
    graph.weights(
        "v", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("constants"), 2, 8, 6));
    node("Shape", List.of("v"), "from1", Models.attribute("start", 1));
    node("Shape", List.of("v"), "last", Models.attribute("start", -1));
    node("Shape", List.of("v"), "first", Models.attribute("end", -2));
    node("Shape", List.of("v"), "beyond", Models.attribute("end", 9));
    node("Shape", List.of("v"), "none", Models.attribute("start", 2), Models.attribute("end", 1));
    node("Size", List.of("from1"), "two");
    node("Size", List.of("v"), "all");
    assertValue("from1", 8L, 6L);
    assertValue("last", 6L);
    assertValue("first", 2L);
    assertValue("beyond", 2L, 8L, 6L);
    assertValue("none");
    assertValue("two", 2L);
    assertValue("all", 96L);
  }

  /** Elements that meet only after broadcasting; their number is that of the larger shape. */
  @Test
  void shapesAreBroadcast() {
    constant("row", 1, 2, 3);
    constant("axis", 1);
    node("Unsqueeze", List.of("row", "axis"), "column");
    node("Equal", List.of("row", "column"), "equal");
    node("Size", List.of("equal"), "count");
    assertValue("equal", 1L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 1L);
    assertValue("count", 9L);
  }

  @Test
  void castsThatEveryRuntimeDoesAlike() {
    constant("a", 0, 5, -1);
    node("Cast", List.of("a"), "truth", Models.attribute("to", DataType.BOOL_VALUE));
    node("Cast", List.of("a"), "small", Models.attribute("to", DataType.INT8_VALUE));
    node("Cast", List.of("a"), "unsigned", Models.attribute("to", DataType.UINT8_VALUE));
    assertValue("truth", 0L, 1L, 1L);
    assertValue("small", 0L, 5L, -1L);
    assertUnknown("unsigned");
  }

  /** From IR version 4 on, an initializer that is an input too is but its default. */
  @Test
  void defaultsOfInputsAreNoConstants() {
    TensorProto tensor = raw(DataType.INT64, buffer(8).putLong(5), 1);
    for (int version : new int[] {3, 4, 10}) {
      ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(version);
      model.getGraphBuilder().addInitializer(tensor).addInputBuilder().setName("t");
      Scope scope = Scope.of("test", model.build());
      assertEquals(
          version == 3 ? Optional.of(List.of(5L)) : Optional.empty(),
          new Tracer("test").constants().integers(scope, "t"),
          "IR version " + version);
    }
  }

  @Test
  void comparisonsAndLogic() {
    constant("a", 1, 2, 3);
    constant("b", 1, 5, 3);
    node("Equal", List.of("a", "b"), "equal");
    node("Not", List.of("equal"), "not");
    node("And", List.of("equal", "not"), "and");
    node("Or", List.of("equal", "not"), "or");
    assertValue("equal", 1L, 0L, 1L);
    assertValue("not", 0L, 1L, 0L);
    assertValue("and", 0L, 0L, 0L);
    assertValue("or", 1L, 1L, 1L);
    node("And", List.of("equal", "c"), "depends");
    assertUnknown("depends");
  }

  /** Two's complement would go on, but whether a runtime does is its own affair. */
  @Test
  void whatOverflowsOrIsDividedByZeroIsGivenUp() {
    constant("large", Long.MAX_VALUE, Long.MIN_VALUE);
    constant("one", 1);
    constant("zero", 0);
    for (String operator : List.of("Add", "Sub", "Div", "Mod")) {
      boolean isDivision = operator.length() == 3 && !List.of("Add", "Sub").contains(operator);
      node(operator, List.of("large", isDivision ? "zero" : "one"), operator);
      assertUnknown(operator);
    }
    node("Neg", List.of("large"), "negative");
    node("ReduceProd", List.of("large"), "product");
    assertUnknown("negative");
    assertUnknown("product");
    node("Cast", List.of("one"), "small", Models.attribute("to", DataType.INT8_VALUE));
    node("ConstantOfShape", List.of("zero"), "none");
    assertValue("small", 1L);
    assertValue("none");
  }

  @Test
  void divisionRoundsTowardsZero() {
    constant("a", 7, -7);
    constant("b", 2);
    node("Div", List.of("a", "b"), "quotient");
    node("Mod", List.of("a", "b"), "floor");
    node("Mod", List.of("a", "b"), "remainder", Models.attribute("fmod", 1));
    node("Cast", List.of("a"), "f", Models.attribute("to", DataType.FLOAT_VALUE));
    node("Cast", List.of("b"), "g", Models.attribute("to", DataType.FLOAT_VALUE));
    node("Div", List.of("f", "g"), "fraction");
    assertValue("quotient", 3L, -3L);
    assertValue("floor", 1L, 1L);
    assertValue("remainder", 1L, -1L);
    assertUnknown("fraction");
  }

  /** As PyTorch writes {@code w.view(x.shape[1], -1)}. */
  @Test
  void shapesOfInputsThatSayAllOfThem() {
    graph.input("of8", DataType.FLOAT, 2, 8).input("unknown", DataType.FLOAT, 0, 8);
    graph.integers("i", List.of(1L)).integers("free", List.of(-1L));
    node("Transpose", List.of("of8"), "turned");
    for (String input : List.of("of8", "unknown", "x", "turned")) {
      node("Shape", List.of(input), "shape_" + input);
      node("Gather", List.of("shape_" + input, "i"), "size_" + input);
      node("Concat", List.of("size_" + input, "free"), "to_" + input, Models.attribute("axis", 0));
    }
    assertValue("to_of8", 8L, -1L);
    assertUnknown("to_unknown");
    assertUnknown("to_x");
    assertUnknown("to_turned");
  }

  /** ONNX Runtime takes the largest integer for no end, the specification for one at the end. */
  @Test
  void aSliceBackwardToTheLargestIntegerIsGivenUp() {
    constant("a", 5, 6, 7);
    constant("last", -1);
    constant("zero", 0);
    constant("first", Long.MIN_VALUE);
    constant("largest", Integer.MAX_VALUE);
    node("Slice", List.of("a", "last", "first", "zero", "last"), "reversed");
    node("Slice", List.of("a", "last", "largest", "zero", "last"), "unclear");
    assertValue("reversed", 7L, 6L, 5L);
    assertUnknown("unclear");
  }

  /** However many elements are asked for. */
  @Test
  void largeConstantsAreGivenUp() {
    constant("shape", 1 << 20, 1 << 20);
    constant("zero", 0);
    constant("limit", Long.MAX_VALUE);
    constant("one", 1);
    node("ConstantOfShape", List.of("shape"), "filled");
    node("Range", List.of("zero", "limit", "one"), "range");
    node("Slice", List.of("shape", "zero", "limit", "zero", "limit"), "slice");
    assertUnknown("filled");
    assertUnknown("range");
    assertValue("slice", 1L << 20);
  }

  @Test
  void operatorsOfOtherDomainsAreNotEvaluated() {
    constant("a", 1);
    graph.add(Models.node("custom", "Not", List.of("a"), "other"));
    assertUnknown("other");
  }

  @Test
  void theBranchThatAnIfAlwaysTakes() {
    constant("yes", 1);
    Models.Graph then = models.subgraph("then");
    then.add(Models.node("", "Identity", List.of("w"), "a")).output("a", DataType.FLOAT);
    Models.Graph other = models.subgraph("else");
    other.add(Models.node("", "Identity", List.of("w"), "b")).output("b", DataType.FLOAT);
    AttributeProto[] branches = {
      Models.attribute("then_branch", then), Models.attribute("else_branch", other)
    };
    node("If", List.of("yes"), "taken", branches);
    node("If", List.of("c"), "open", branches);
    ModelProto model = models.build();
    Scope scope = Scope.of("test", model);
    ConstantEvaluator constants = new Tracer("test").constants();
    assertEquals("then", constants.liveBranch(scope, node(model, "taken")).orElseThrow().getName());
    assertEquals(Optional.empty(), constants.liveBranch(scope, node(model, "open")));
    assertEquals(Optional.empty(), constants.liveBranch(scope, node(model, "yes")));
  }

  private static NodeProto node(ModelProto model, String output) {
    return model.getGraph().getNodeList().stream()
        .filter(node -> node.getOutput(0).equals(output))
        .findFirst()
        .orElseThrow();
  }

  /** Thousands of nodes one behind the other must not end the stack. */
  @Test
  void aLongChainIsGivenUp() {
    constant("one", 1);
    node("Cast", List.of("one"), "v0", Models.attribute("to", DataType.BOOL_VALUE));
    for (int i = 0; i < 5000; i++) {
      node("Not", List.of("v" + i), "v" + (i + 1));
    }
    assertUnknown("v5000");
    assertValue("v1", 0L);
  }
}
