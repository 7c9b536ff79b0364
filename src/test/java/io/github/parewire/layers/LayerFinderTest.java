package io.github.parewire.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.github.parewire.message.ModelException;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.onnx.TrainingInfoProto;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.LeftTensor;
import io.github.parewire.result.MatrixShape;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Which tensors are layers, in which order, and why others are left. */
final class LayerFinderTest {

  private static final AttributeProto TRANS_B = Models.attribute("transB", 1);

  @TempDir private Path folder;
  private final Models models = Models.model();
  private final Models.Graph graph = models.graph();

  @BeforeEach
  void addTensors() {
    graph.input("x", DataType.FLOAT).input("ids", DataType.INT64);
    for (String name : List.of("a", "b", "square")) {
      int rows = name.equals("square") ? 6 : 8;
      graph.weights(
          name, Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random(name), rows, 6));
    }
  }

  private Findings find() {
    return find(models.bytes());
  }

  private Findings find(byte[] model) {
    try {
      Path path = Files.write(folder.resolve("model.onnx"), model);
      try (OnnxFile file = OnnxFile.open(path)) {
        return LayerFinder.find(file, GroupMode.JOINT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Findings findings) {
    return findings.layers().stream().map(layer -> layer.tensor().name()).toList();
  }

  private static String obstacle(Findings findings, String name) {
    return findings.layers().stream()
        .filter(layer -> layer.tensor().name().equals(name))
        .findFirst()
        .orElseThrow()
        .obstacle()
        .orElse("none");
  }

  private static Map<String, String> left(Findings findings) {
    return findings.left().stream().collect(Collectors.toMap(LeftTensor::name, LeftTensor::reason));
  }

  @Test
  void layersAreNumberedByTheirFirstUseAsWeight() {
    graph
        .node("Gather", List.of("a", "ids"), "embedded")
        .node("Gemm", List.of("x", "b"), "1", TRANS_B)
        .node("Gemm", List.of("x", "square"), "2", TRANS_B)
        .node("Gemm", List.of("embedded", "a"), "3", TRANS_B)
        .node("Gemm", List.of("x", "b"), "4", TRANS_B);
    Findings findings = find();
    assertEquals(List.of("b", "square", "a"), names(findings));
    assertEquals(List.of(0, 1, 2), findings.layers().stream().map(Layer::number).toList());
    assertEquals("shared: also read by Gather", obstacle(findings, "a"));
    assertEquals("none", obstacle(findings, "b"));
  }

  @Test
  void sameMatrixTwiceIsOneLayer() {
    graph
        .node("Transpose", List.of("square"), "t")
        .node("Gemm", List.of("x", "square"), "1", TRANS_B)
        .node("MatMul", List.of("x", "t"), "2");
    assertEquals("none", obstacle(find(), "square"));
  }

  @Test
  void differentMatricesAreAnObstacle() {
    graph
        .node("Gemm", List.of("x", "square"), "1", TRANS_B)
        .node("MatMul", List.of("x", "square"), "2");
    assertEquals("shared: its operators see different matrices", obstacle(find(), "square"));
  }

  @Test
  void outputOfTheModelIsAnObstacle() {
    graph.node("Gemm", List.of("x", "a"), "1", TRANS_B).output("a", DataType.FLOAT);
    assertEquals("shared: also an output of the model", obstacle(find(), "a"));
  }

  @Test
  void readerBehindALayoutNodeIsAnObstacle() {
    graph
        .node("Gemm", List.of("x", "a"), "1", TRANS_B)
        .node("Identity", List.of("a"), "copy")
        .node("Add", List.of("copy", "x"), "2");
    assertEquals("shared: also read by Add", obstacle(find(), "a"));
  }

  @Test
  void tensorsThatAreNoWeights() {
    graph
        .node("Gemm", List.of("x", "a"), "1", TRANS_B)
        .node("Add", List.of("x", "b"), "2")
        .weights("table", Storage.RAW, vector())
        .node("Gather", List.of("table", "x"), "3");
    Findings findings = find();
    assertEquals(List.of("a"), names(findings));
    assertEquals(Map.of("b", "read by Add", "square", "not read by any operator"), left(findings));
  }

  /** The first is a query that was learned, for example. */
  @Test
  void ofTwoConstantsTheSecondIsTheWeight() {
    graph.node("MatMul", List.of("a", "square"), "1");
    Findings findings = find();
    assertEquals(List.of("square"), names(findings));
    assertEquals("none", obstacle(findings, "square"));
    assertEquals("read by MatMul, whose weight is the other input", left(findings).get("a"));
  }

  /** A weight that is batched on the left is a folded activation, more often than not. */
  @Test
  void aConstantOnTheLeftInThreeDimensionsIsTakenIfNamed() {
    graph
        .weights(
            "query", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("q"), 1, 4, 8))
        .weights(
            "experts", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("e"), 3, 4, 8))
        .node("MatMul", List.of("query", "x"), "1")
        .node("MatMul", List.of("a", "x"), "2")
        .node("MatMul", List.of("experts", "x"), "3");
    Findings findings = find();
    assertEquals(List.of("query", "a", "experts"), names(findings));
    assertEquals(
        "the first input of MatMul in 3 dimensions: a query or an activation rather than a weight",
        obstacle(findings, "query"));
    assertEquals("none", obstacle(findings, "a"));
    assertEquals("none", obstacle(findings, "experts"));
  }

  /** Packed projections: each part is a layer's parameter, so there is a matrix for each. */
  @Test
  void partsAreMatrices() {
    packed("split", 24, 8)
        .integers("sizes", List.of(8L, 8L, 8L))
        .add(
            NodeProto.newBuilder()
                .setOpType("Split")
                .addInput("split")
                .addInput("sizes")
                .addOutput("q")
                .addOutput("k")
                .addOutput("v")
                .build())
        .node("Gemm", List.of("x", "q"), "1", TRANS_B)
        .node("Gemm", List.of("x", "k"), "2", TRANS_B)
        .node("Gemm", List.of("x", "v"), "3", TRANS_B);
    // Of the inputs of a MatMul, and key and value in one.
    packed("sliced", 8, 24)
        .integers("0", List.of(0L))
        .integers("8", List.of(8L))
        .integers("end", List.of(Long.MAX_VALUE))
        .integers("axis", List.of(1L))
        .node("Slice", List.of("sliced", "0", "8", "axis"), "first")
        .node("Slice", List.of("sliced", "8", "end", "axis"), "rest")
        .node("MatMul", List.of("x", "first"), "4")
        .node("MatMul", List.of("x", "rest"), "5");
    packed("kernels", 12, 5, 3)
        .add(
            NodeProto.newBuilder()
                .setOpType("Split")
                .addInput("kernels")
                .addOutput("one")
                .addOutput("two")
                .build())
        .node("Conv", List.of("x", "one"), "6")
        .node("Conv", List.of("x", "two"), "7");
    Findings findings = find();
    assertEquals(List.of("split", "sliced", "kernels"), names(findings));
    assertEquals(
        List.of(new MatrixShape(3, 8, 8), new MatrixShape(3, 8, 8), new MatrixShape(2, 6, 15)),
        findings.layers().stream().map(Layer::matrix).toList());
    for (Layer layer : findings.layers()) {
      assertEquals(Optional.empty(), layer.obstacle());
    }
  }

  @Test
  void partsThatDoNotMakeUpTheTensorAreLeft() {
    packed("some", 24, 8)
        .integers("0", List.of(0L))
        .integers("8", List.of(8L))
        .node("Slice", List.of("some", "0", "8"), "part")
        .node("Gemm", List.of("x", "part"), "1", TRANS_B);
    packed("uneven", 30, 8)
        .integers("10", List.of(10L))
        .integers("30", List.of(30L))
        .node("Slice", List.of("uneven", "0", "10"), "small")
        .node("Slice", List.of("uneven", "10", "30"), "large")
        .node("Gemm", List.of("x", "small"), "2", TRANS_B)
        .node("Gemm", List.of("x", "large"), "3", TRANS_B);
    packed("both", 16, 8)
        .integers("16", List.of(16L))
        .node("Slice", List.of("both", "0", "8"), "half")
        .node("Slice", List.of("both", "8", "16"), "other")
        .node("Gemm", List.of("x", "half"), "4", TRANS_B)
        .node("Gemm", List.of("x", "other"), "5", TRANS_B)
        .node("Gemm", List.of("x", "both"), "6", TRANS_B);
    Map<String, String> left = left(find());
    assertEquals("weight in parts, but only a part of it is a weight", left.get("some"));
    assertEquals("weight in parts, but its parts are not equally large", left.get("uneven"));
    assertEquals(
        "weight in parts, but operators read it as a whole and in parts", left.get("both"));
  }

  private Models.Graph packed(String name, int... dims) {
    return graph.weights(
        name, Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random(name), dims));
  }

  @Test
  void denseLayersOfEinsum() {
    packed("dense", 6, 4, 2).add(einsum("abc,cde->abde", "x", "dense", "1"));
    packed("attention", 4, 2, 6).add(einsum("abde,dec->abc", "x", "attention", "2"));
    packed("experts", 3, 6, 8).add(einsum("eci , eio -> eco", "x", "experts", "3"));
    packed("implicit", 6, 8).add(einsum("bi,io", "x", "implicit", "4"));
    packed("left", 8, 6).add(einsum("oi,...i->...o", "left", "x", "5"));
    packed("position", 5, 6).add(einsum("bi,oi->boi", "x", "position", "6"));
    packed("diagonal", 6, 6).add(einsum("bi,ii->b", "x", "diagonal", "7"));
    Findings findings = find();
    assertEquals(List.of("dense", "attention", "experts", "implicit", "left"), names(findings));
    assertEquals(
        List.of(
            new MatrixShape(1, 8, 6),
            new MatrixShape(1, 6, 8),
            new MatrixShape(3, 8, 6),
            new MatrixShape(1, 8, 6),
            new MatrixShape(1, 8, 6)),
        findings.layers().stream().map(Layer::matrix).toList());
    Map<String, String> left = left(findings);
    assertEquals("weight of Einsum, but no axis of 'oi' is summed over", left.get("position"));
    assertTrue(left.get("diagonal").startsWith("weight of Einsum, but "), left::toString);
  }

  private static NodeProto einsum(String equation, String a, String b, String output) {
    return NodeProto.newBuilder()
        .setOpType("Einsum")
        .addInput(a)
        .addInput(b)
        .addOutput(output)
        .addAttribute(Models.attribute("equation", equation))
        .build();
  }

  /** Training that takes account of quantization stores the floats. */
  @Test
  void fakeQuantizedWeightsAreRewiredIfOneScaleIsForAll() {
    graph
        .initializer(scalar("scale", 0.1f))
        .add(
            NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("number")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("value_float")
                        .setType(AttributeProto.AttributeType.FLOAT)
                        .setF(0.2f))
                .build())
        .node("Identity", List.of("scale"), "copy")
        .initializer(
            TensorProto.newBuilder()
                .setName("scales")
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(8)
                .addAllFloatData(List.of(1f, 2f, 1f, 1f, 1f, 1f, 1f, 1f))
                .build());
    fakeQuantized("a", "copy");
    fakeQuantized("b", "number");
    fakeQuantized("square", "scales");
    Findings findings = find();
    assertEquals(List.of("a", "b"), names(findings));
    assertTrue(findings.layers().stream().allMatch(l -> l.use().quantization().isEmpty()));
    assertEquals("weight of Gemm, but it is quantized per channel", left(findings).get("square"));
  }

  private void fakeQuantized(String weight, String scale) {
    graph
        .node("QuantizeLinear", List.of(weight, scale), weight + " q")
        .node("DequantizeLinear", List.of(weight + " q", scale), weight + " d")
        .node("Gemm", List.of("x", weight + " d"), weight + " y", TRANS_B);
  }

  private static TensorProto scalar(String name, float value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addFloatData(value)
        .build();
  }

  @Test
  void unreadSparseAndEmptyTensors() {
    graph
        .weights("empty", Storage.RAW, Weights.floats(new int[] {0, 4}))
        .node("MatMul", List.of("x", "empty"), "1")
        .node("MatMul", List.of("x", "dense form"), "2");
    ModelProto.Builder model = models.build().toBuilder();
    model
        .getGraphBuilder()
        .addSparseInitializer(
            SparseTensorProto.newBuilder()
                .addAllDims(List.of(3L, 3L))
                .setValues(
                    TensorProto.newBuilder()
                        .setName("dense form")
                        .setDataType(1)
                        .addDims(1)
                        .addFloatData(1))
                .setIndices(TensorProto.newBuilder().setDataType(7).addDims(1).addInt64Data(0)));
    Findings findings = find(models.wire().serialize(model.build()));
    assertEquals(List.of(), names(findings));
    assertEquals(
        Map.of(
            "a", "not read by any operator",
            "b", "not read by any operator",
            "square", "not read by any operator",
            "empty", "no elements",
            "dense form", "sparse"),
        left(findings));
  }

  @Test
  void integerWeightsAreLeft() {
    graph
        .initializer(
            TensorProto.newBuilder()
                .setName("int")
                .setDataType(DataType.INT8_VALUE)
                .addAllDims(List.of(1L, 2L))
                .addAllInt32Data(List.of(1, 2))
                .build())
        .node("MatMul", List.of("x", "int"), "1");
    assertEquals("not floating point: int8", left(find()).get("int"));
  }

  @Test
  void operatorsOfOtherDomainsAreNone() {
    graph
        .add(Models.node("com.example", "Gemm", List.of("x", "a"), "1"))
        .add(Models.node("ai.onnx", "Gemm", List.of("x", "b"), "2", TRANS_B));
    Findings findings = find();
    assertEquals(List.of("b"), names(findings));
    assertEquals("read by com.example.Gemm", left(findings).get("a"));
  }

  @Test
  void fusedOperatorsOfOnnxRuntimeAreLayers() {
    for (String operator : List.of("FusedGemm", "FusedMatMul")) {
      graph.add(
          NodeProto.newBuilder()
              .setOpType(operator)
              .setDomain("com.microsoft")
              .addInput("x")
              .addInput(operator.equals("FusedGemm") ? "a" : "b")
              .addOutput(operator)
              .addAttribute(Models.attribute("transB", 1))
              .build());
    }
    Findings findings = find();
    assertEquals(List.of("a", "b"), names(findings));
    assertEquals(
        List.of(8L, 8L),
        findings.layers().stream().map(layer -> layer.matrix().outputs()).toList());
  }

  /** As PyTorch writes {@code w.view(x.shape[1], -1)}. */
  @Test
  void aShapeThatIsComputedFromConstantsIsKnown() {
    graph
        .input("of8", DataType.FLOAT, 2, 8)
        .integers("1", List.of(1L))
        .integers("-1", List.of(-1L));
    graph.weights(
        "flat", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("computed"), 48));
    graph
        .node("Shape", List.of("of8"), "shape")
        .node("Gather", List.of("shape", "1"), "width")
        .node("Concat", List.of("width", "-1"), "to", Models.attribute("axis", 0))
        .node("Reshape", List.of("flat", "to"), "w")
        .node("MatMul", List.of("of8", "w"), "y");
    Layer layer =
        find().layers().stream()
            .filter(found -> found.tensor().name().equals("flat"))
            .findFirst()
            .orElseThrow();
    assertEquals(6, layer.matrix().outputs());
    assertEquals(8, layer.matrix().inputs());
  }

  @Test
  void floatsOfAConstantAreListed() {
    graph.add(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput("floats")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value_floats")
                    .setType(AttributeProto.AttributeType.FLOATS)
                    .addAllFloats(List.of(1f, 2f, 3f, 4f, 5f, 6f)))
            .build());
    graph.integers("shape", List.of(2L, 3L));
    graph.node("Reshape", List.of("floats", "shape"), "w");
    graph.node("MatMul", List.of("x", "w"), "y");
    LeftTensor left =
        find().left().stream().filter(t -> t.name().equals("floats")).findFirst().orElseThrow();
    assertTrue(left.reason().contains("value_floats"), left.reason());
  }

  /** Each is listed with what is true of it. */
  @Test
  void whatNothingReadsAsAWeightHasItsReason() throws IOException {
    graph
        .node("Shape", List.of("a"), "shape")
        .node("Transpose", List.of("b"), "turned")
        .weights("flat", Storage.RAW, vector())
        .node("Shape", List.of("x"), "unknown")
        .node("Reshape", List.of("flat", "unknown"), "matrix")
        .node("MatMul", List.of("x", "matrix"), "1")
        .weights("table", Storage.RAW, vector())
        .integers("six by eight", List.of(6L, 8L))
        .node("Reshape", List.of("table", "six by eight"), "rows")
        .node("Gather", List.of("rows", "shape"), "2")
        .weights("bias", Storage.RAW, vector())
        .integers("as channels", List.of(1L, 48L, 1L))
        .node("Reshape", List.of("bias", "as channels"), "channels")
        .node("Add", List.of("x", "channels"), "3")
        .weights("packed", Storage.RAW, Weights.of(ElementType.UINT8, new int[] {2, 2}, 1, 2, 3, 4))
        .add(
            NodeProto.newBuilder()
                .setOpType("DynamicQuantizeMatMul")
                .setDomain("com.microsoft")
                .addInput("x")
                .addInput("packed")
                .addOutput("4")
                .build())
        .add(
            NodeProto.newBuilder()
                .setOpType("Custom")
                .setDomain("test.custom")
                .addOutput("5")
                .addAttribute(Models.attribute("table", tensor()))
                .build())
        .add(
            NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("few")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("sparse_value")
                        .setType(AttributeProto.AttributeType.SPARSE_TENSOR)
                        .setSparseTensor(
                            SparseTensorProto.newBuilder()
                                .setValues(tensor())
                                .addDims(6)
                                .addDims(8)))
                .build());
    addFunction("Uncalled", constant("inside"));
    ModelProto model =
        ModelProto.parseFrom(models.bytes()).toBuilder()
            .addTrainingInfo(
                TrainingInfoProto.newBuilder()
                    .setAlgorithm(GraphProto.newBuilder().addNode(constant("step"))))
            .build();
    Map<String, String> left = left(find(model.toByteArray()));
    assertEquals("only its shape is read, by Shape", left.get("a"));
    assertEquals("read by Transpose, whose result nothing reads", left.get("b"));
    assertEquals("not read by any operator", left.get("square"));
    assertEquals(
        "weight of MatMul, but the shape of Reshape 'matrix_Reshape' is not constant",
        left.get("flat"));
    assertEquals("read by Gather", left.get("table"));
    assertEquals(null, left.get("bias"), "a vector, and no matrix");
    assertEquals(
        "read by com.microsoft.DynamicQuantizeMatMul: integers, whose scales it applies itself",
        left.get("packed"));
    assertEquals("an attribute of test.custom.Custom", left.get("5"));
    assertEquals("sparse", left.get("few"));
    assertEquals("in function 'Uncalled', which nothing calls", left.get("inside"));
    assertEquals("in training information", left.get("step"));
  }

  private static Weights vector() {
    return Weights.random(ElementType.FLOAT, Seeds.random("vector"), 48);
  }

  private static TensorProto tensor() {
    return TensorProto.newBuilder()
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addDims(1)
        .addDims(2)
        .addFloatData(1)
        .addFloatData(2)
        .build();
  }

  private static NodeProto constant(String name) {
    return NodeProto.newBuilder()
        .setOpType("Constant")
        .addOutput(name)
        .addAttribute(Models.attribute("value", tensor()))
        .build();
  }

  /** In GBK, say, both would have names, and operators would find either by the same one. */
  @Test
  void namesThatAreNoUtf8AreNotTakenForOneAnother() throws IOException {
    graph
        .node("Gemm", List.of("x", "a"), "1", TRANS_B)
        .node("Gemm", List.of("x", "b"), "2", TRANS_B);
    byte[] model = models.bytes();
    ModelProto sound = ModelProto.parseFrom(model);
    ModelProto apart = renamed(sound, "a", new byte[] {'w', (byte) 0xc8});
    assertEquals(2, find(apart.toByteArray()).layers().size(), "one is told from UTF-8");
    byte[] both = renamed(apart, "b", new byte[] {'w', (byte) 0xd6}).toByteArray();
    ModelException refusal = assertThrows(ModelException.class, () -> find(both));
    assertTrue(refusal.getMessage().contains("w\\xc8 and w\\xd6"), refusal::getMessage);
  }

  private static ModelProto renamed(ModelProto model, String from, byte[] to) {
    ByteString name = ByteString.copyFrom(to);
    ModelProto.Builder renamed = model.toBuilder();
    renamed.getGraphBuilder().getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getName().equals(from))
        .forEach(tensor -> tensor.setNameBytes(name));
    for (NodeProto.Builder node : renamed.getGraphBuilder().getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(from)) {
          // Protocol Buffers' builders have no setter of bytes for one of many.
          List<ByteString> inputs = new ArrayList<>(node.getInputList().asByteStringList());
          inputs.set(i, name);
          node.clearInput();
          inputs.forEach(node::addInputBytes);
        }
      }
    }
    return renamed.build();
  }

  @Test
  void innerNamesHideOuterOnes() throws IOException {
    Weights inner = Weights.random(ElementType.FLOAT, Seeds.random("inner"), 3, 6);
    GraphProto then =
        GraphProto.newBuilder()
            .addInitializer(
                inner
                    .header("a")
                    .setRawData(com.google.protobuf.ByteString.copyFrom(inner.bytes())))
            .addNode(Models.node("", "Gemm", List.of("x", "a"), "y", TRANS_B))
            .build();
    NodeProto branches =
        NodeProto.newBuilder()
            .setOpType("If")
            .addInput("condition")
            .addOutput("out")
            .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(then))
            .build();
    ModelProto.Builder model = ModelProto.parseFrom(models.bytes()).toBuilder();
    model.getGraphBuilder().addNode(branches);
    model.getGraphBuilder().addNode(Models.node("", "Gemm", List.of("x", "a"), "1", TRANS_B));
    Findings findings = find(model.build().toByteArray());
    assertEquals(List.of("a", "a#2"), names(findings));
    assertEquals(
        List.of(List.of(3L, 6L), List.of(8L, 6L)),
        findings.layers().stream().map(layer -> layer.tensor().dims()).toList());
  }

  /** The branch that runs is the one that a Shape with a start decides on. */
  @Test
  void whatOnlyADeadBranchReadsIsLeftWithThatReason() {
    Models.Graph then = models.subgraph("then");
    then.node("MatMul", List.of("x", "a"), "t").output("t", DataType.FLOAT);
    Models.Graph other = models.subgraph("else");
    other
        .weights(
            "inside", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("inside"), 8, 6))
        .node("Transpose", List.of("b"), "turned")
        .node("MatMul", List.of("x", "turned"), "m")
        .node("MatMul", List.of("m", "inside"), "n")
        .node("MatMul", List.of("n", "a"), "e")
        .output("e", DataType.FLOAT);
    graph
        .weights("v", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("v"), 2, 8, 6))
        .integers("two", List.of(2L))
        .node("Shape", List.of("v"), "shape", Models.attribute("start", 1))
        .node("Size", List.of("shape"), "size")
        .node("Equal", List.of("size", "two"), "equal")
        .node(
            "If",
            List.of("equal"),
            "y",
            Models.attribute("then_branch", then),
            Models.attribute("else_branch", other));
    Findings findings = find();
    assertEquals(List.of("a"), names(findings));
    assertEquals("none", obstacle(findings, "a"));
    Map<String, String> left =
        findings.left().stream().collect(Collectors.toMap(LeftTensor::name, LeftTensor::reason));
    assertEquals("read only in a branch of If that never runs", left.get("b"));
    assertEquals("read only in a branch of If that never runs", left.get("inside"));
  }

  @Test
  void functionCalledForTwoTensorsHasTwoLayers() {
    addFunction("Linear", Models.node("", "Gemm", List.of("x", "w"), "y", TRANS_B));
    graph
        .add(Models.node(Models.FUNCTION_DOMAIN, "Linear", List.of("x", "b"), "1"))
        .add(Models.node(Models.FUNCTION_DOMAIN, "Linear", List.of("x", "a"), "2"))
        .add(Models.node(Models.FUNCTION_DOMAIN, "Linear", List.of("x", "b"), "3"));
    Findings findings = find();
    assertEquals(List.of("b", "a"), names(findings));
    assertEquals("none", obstacle(findings, "b"));
  }

  @Test
  void functionInAFunction() {
    addFunction("Inner", Models.node("", "Transpose", List.of("w"), "y"));
    addFunction(
        "Outer",
        Models.node(Models.FUNCTION_DOMAIN, "Inner", List.of("", "w"), "t"),
        Models.node("", "MatMul", List.of("x", "t"), "y"));
    graph.add(Models.node(Models.FUNCTION_DOMAIN, "Outer", List.of("x", "a"), "1"));
    Findings findings = find();
    assertEquals(List.of("a"), names(findings));
    assertEquals(List.of(1L, 8L, 6L), findings.layers().get(0).use().matrices().view().dims());
  }

  private void addFunction(String name, NodeProto... nodes) {
    models.function(
        FunctionProto.newBuilder()
            .setName(name)
            .addInput("x")
            .addInput("w")
            .addOutput("y")
            .addAllNode(List.of(nodes)));
  }

  /** Layout nodes that don't fit or that can't be known leave the tensor; they are no bug. */
  @TestFactory
  Stream<DynamicTest> unclearLayout() {
    long big = 1L << 40;
    return Stream.of(
            reshape("computed", null),
            reshape("another size", List.of(7L, 7L)),
            reshape("negative", List.of(-8L, -6L)),
            reshape("two free axes", List.of(-1L, -1L)),
            reshape("a free axis that does not fit", List.of(-1L, 7L)),
            reshape("0 for an axis that is not there", List.of(8L, 6L, 0L)),
            reshape("overflowing", List.of(big, big)),
            reshape("overflowing with a free axis", List.of(big, big, -1L)),
            node("Transpose", Models.attribute("perm", List.of(0L, 0L))),
            node("Transpose", Models.attribute("perm", List.of(1L))),
            node("Transpose", Models.attribute("perm", List.of(1L, big))),
            node("Transpose", Models.attribute("perm", List.of(1L, -1L))),
            node("Flatten", Models.attribute("axis", 3)),
            node("Flatten", Models.attribute("axis", -3)),
            node("Flatten", Models.attribute("axis", Long.MAX_VALUE)),
            node("Flatten", Models.attribute("axis", Long.MIN_VALUE)),
            node("Squeeze", Models.attribute("axes", List.of(0L))),
            node("Unsqueeze", Models.attribute("axes", List.of(9L))),
            node("Unsqueeze", Models.attribute("axes", List.of(Long.MAX_VALUE))),
            node("Unsqueeze"),
            node("Cast", Models.attribute("to", DataType.INT32_VALUE)),
            node("Cast", Models.attribute("to", 99)))
        .map(layout -> DynamicTest.dynamicTest(layout.toString(), () -> assertUnclear(layout)));
  }

  /** A node between the tensor "a" and a MatMul. */
  private record Layout(String what, NodeProto node, List<Long> shape) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Layout reshape(String what, List<Long> shape) {
    NodeProto node = Models.node("", "Reshape", List.of("a", "shape"), "v");
    return new Layout("Reshape: " + what, node, shape);
  }

  private static Layout node(String operator, AttributeProto... attributes) {
    NodeProto node = Models.node("", operator, List.of("a"), "v", attributes);
    return new Layout(
        operator + Stream.of(attributes).map(a -> " " + a.getI() + a.getIntsList()).toList(),
        node,
        null);
  }

  private void assertUnclear(Layout layout) {
    Models own = Models.model();
    own.graph()
        .input("x", DataType.FLOAT)
        .input(layout.shape() == null ? "shape" : "unused", DataType.INT64)
        .weights("a", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("a"), 8, 6));
    if (layout.shape() != null) {
      own.graph().integers("shape", layout.shape());
    }
    own.graph().add(layout.node()).node("MatMul", List.of("x", "v"), "y");
    Findings findings = find(own.bytes());
    assertEquals(List.of(), names(findings));
    String reason = left(findings).get("a");
    assertTrue(reason.startsWith("weight of MatMul, but "), reason);
  }

  @TestFactory
  Stream<DynamicTest> weightsThatDoNotFitTheirOperator() {
    return Stream.of(
            Models.node("", "Conv", List.of("x", "a"), "y"),
            Models.node("", "ConvTranspose", List.of("x", "a"), "y"),
            Models.node("", "Conv", List.of("x", "c"), "y", Models.attribute("group", 3)),
            Models.node("", "Conv", List.of("x", "c"), "y", Models.attribute("group", 0)),
            Models.node("", "Conv", List.of("x", "c"), "y", Models.attribute("group", -4)),
            Models.node("", "Conv", List.of("x", "c"), "y", Models.attribute("group", 1L << 62)),
            Models.node("", "ConvTranspose", List.of("x", "c"), "y", Models.attribute("group", 3)),
            Models.node("", "Gemm", List.of("x", "c"), "y"),
            Models.node("", "MatMul", List.of("x", "d"), "y"))
        .map(
            node ->
                DynamicTest.dynamicTest(
                    node.getOpType() + node.getInputList() + node.getAttributeList().size(),
                    () -> assertDoesNotFit(node)));
  }

  private void assertDoesNotFit(NodeProto node) {
    Models own = Models.model();
    own.graph()
        .input("x", DataType.FLOAT)
        .weights("a", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("a"), 8, 6))
        .weights("c", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("c"), 8, 2, 3))
        .weights("d", Storage.RAW, Weights.random(ElementType.FLOAT, Seeds.random("d"), 8))
        .add(node);
    assertEquals(List.of(), names(find(own.bytes())));
  }
}
