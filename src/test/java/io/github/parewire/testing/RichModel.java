package io.github.parewire.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.DeviceConfigurationProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.OperatorSetIdProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorAnnotation;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TrainingInfoProto;
import io.github.parewire.onnx.TypeProto;
import io.github.parewire.onnx.ValueInfoProto;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** A model with something in every place where a file can have something. */
public final class RichModel {

  /** Bytes that are no UTF-8: what a Latin-1 or a cut string leaves in a file. */
  public static final ByteString NOT_UTF8 =
      ByteString.copyFrom(new byte[] {'b', (byte) 0xe9, (byte) 0xff, 'd'});

  private RichModel() {}

  /** The weights of the three layers, by name. */
  public static Weights weights(String name) {
    Random random = Seeds.random("rich " + name);
    return switch (name) {
      case "dense" -> Weights.random(ElementType.FLOAT, random, 14, 10);
      case "inner" -> Weights.random(ElementType.DOUBLE, random, 9, 14);
      case "conv" -> Weights.random(ElementType.FLOAT16, random, 8, 3, 5);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** The names of the layers' tensors. */
  public static List<String> layers() {
    return List.of("dense", "inner", "conv");
  }

  /** The model, whose layers' tensors hold raw_data. */
  public static ModelProto build() {
    return ModelProto.newBuilder()
        .setIrVersion(10)
        .setProducerName("producer")
        .setProducerVersion("1.2")
        .setDomain("test.domain")
        .setModelVersion(-7)
        .setDocStringBytes(NOT_UTF8)
        .addOpsetImport(opset("", 21))
        .addOpsetImport(opset("test.custom", 3))
        .addOpsetImport(opset(Models.FUNCTION_DOMAIN, 1))
        .addMetadataProps(entry("key", "value"))
        .addMetadataProps(entry("key", "value again"))
        .addMetadataProps(entry("", ""))
        .addFunctions(function())
        .addTrainingInfo(training())
        .addConfiguration(
            DeviceConfigurationProto.newBuilder().setName("two").setNumDevices(2).addDevice("d0"))
        .setGraph(graph())
        .setUnknownFields(unknown("model"))
        .build();
  }

  private static GraphProto graph() {
    return GraphProto.newBuilder()
        .setName("main")
        .setDocString("a graph")
        .addInput(value("x", TensorProto.DataType.FLOAT))
        .addInput(value("z", TensorProto.DataType.FLOAT16))
        .addOutput(value("out", TensorProto.DataType.FLOAT))
        .addValueInfo(value("h", TensorProto.DataType.FLOAT))
        .addInitializer(
            raw("dense")
                .setDocString("the weight")
                .addMetadataProps(entry("a", "b"))
                .setUnknownFields(unknown("tensor")))
        .addInitializer(raw("conv"))
        .addInitializer(
            TensorProto.newBuilder()
                .setName("strings")
                .setDataType(TensorProto.DataType.STRING_VALUE)
                .addDims(2)
                .addStringData(NOT_UTF8)
                .addStringData(ByteString.EMPTY))
        .addInitializer(
            TensorProto.newBuilder()
                .setName("bias")
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(3)
                .addAllFloatData(List.of(Float.NaN, -0f, Float.MIN_VALUE)))
        .addSparseInitializer(sparse("sparse"))
        .addNode(
            Models.node("", "Gemm", List.of("x", "dense"), "h", Models.attribute("transB", 1))
                .toBuilder()
                .setDocString("a node")
                .addMetadataProps(entry("c", "d"))
                .setUnknownFields(unknown("node")))
        .addNode(branches())
        .addNode(Models.node("", "Conv", List.of("z", "conv"), "q"))
        .addNode(custom())
        .addNode(Models.node(Models.FUNCTION_DOMAIN, "Twice", List.of("q"), "t"))
        .addQuantizationAnnotation(
            TensorAnnotation.newBuilder()
                .setTensorName("h")
                .addQuantParameterTensorNames(entry("SCALE_TENSOR", "scale")))
        .addMetadataProps(entry("e", "f"))
        .setUnknownFields(unknown("graph"))
        .build();
  }

  /** An If whose one branch holds a layer and its tensor. */
  private static NodeProto branches() {
    GraphProto then =
        GraphProto.newBuilder()
            .setName("then")
            .addInitializer(raw("inner"))
            .addNode(Models.node("", "Cast", List.of("h"), "wide", Models.attribute("to", 11)))
            .addNode(
                Models.node(
                    "", "Gemm", List.of("wide", "inner"), "r", Models.attribute("transB", 1)))
            .addOutput(value("r", TensorProto.DataType.DOUBLE))
            .setUnknownFields(unknown("subgraph"))
            .build();
    return NodeProto.newBuilder()
        .setOpType("If")
        .setName("branches")
        .addInput("condition")
        .addOutput("y")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("then_branch")
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(then)
                .setUnknownFields(unknown("attribute")))
        .build();
  }

  /** A custom operator with an attribute of every kind. */
  private static NodeProto custom() {
    return NodeProto.newBuilder()
        .setDomain("test.custom")
        .setOpType("Everything")
        .setOverload("one")
        .addInput("y")
        .addInput("")
        .addInput("strings")
        .addOutput("out")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("all")
                .setDocString("of them")
                .setF(-0f)
                .setI(Long.MIN_VALUE)
                .setS(NOT_UTF8)
                .setT(TensorProto.newBuilder().setDataType(7).addDims(1).addInt64Data(-1))
                .setTp(TypeProto.newBuilder().setDenotation("IMAGE"))
                .setSparseTensor(sparse("in an attribute"))
                .addAllFloats(List.of(1f, Float.NaN))
                .addAllInts(List.of(0L, -1L))
                .addStrings(ByteString.copyFrom("s", StandardCharsets.UTF_8))
                .addTensors(
                    TensorProto.newBuilder().setDataType(13).addDims(1).addUint64Data(1L << 63))
                .addGraphs(GraphProto.newBuilder().setName("unused"))
                .addTypeProtos(TypeProto.newBuilder().setDenotation("AUDIO")))
        .build();
  }

  private static FunctionProto function() {
    return FunctionProto.newBuilder()
        .setName("Twice")
        .setDomain(Models.FUNCTION_DOMAIN)
        .setDocString("adds")
        .addInput("a")
        .addOutput("b")
        .addAttribute("unused")
        .addAttributeProto(Models.attribute("with default", 1))
        .addNode(Models.node("", "Add", List.of("a", "a"), "b"))
        .addOpsetImport(opset("", 21))
        .addMetadataProps(entry("g", "h"))
        .addValueInfo(value("a", TensorProto.DataType.FLOAT16))
        .setUnknownFields(unknown("function"))
        .build();
  }

  private static TrainingInfoProto training() {
    return TrainingInfoProto.newBuilder()
        .setAlgorithm(
            GraphProto.newBuilder()
                .setName("algorithm")
                .addInitializer(
                    TensorProto.newBuilder().setDataType(1).setName("rate").addFloatData(0.1f)))
        .addUpdateBinding(entry("dense", "new_dense"))
        .build();
  }

  private static SparseTensorProto sparse(String name) {
    return SparseTensorProto.newBuilder()
        .setValues(
            TensorProto.newBuilder()
                .setName(name)
                .setDataType(1)
                .addDims(2)
                .addAllFloatData(List.of(1f, 2f)))
        .setIndices(
            TensorProto.newBuilder().setDataType(7).addDims(2).addAllInt64Data(List.of(1L, 8L)))
        .addAllDims(List.of(3L, 3L))
        .build();
  }

  private static TensorProto.Builder raw(String name) {
    Weights weights = weights(name);
    return weights.header(name).setRawData(ByteString.copyFrom(weights.bytes()));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setDocString("a value")
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** Fields of a later version: one of each wire type. */
  public static UnknownFieldSet unknown(String text) {
    UnknownFieldSet nested =
        UnknownFieldSet.newBuilder()
            .addField(3, UnknownFieldSet.Field.newBuilder().addVarint(-1).build())
            .build();
    return UnknownFieldSet.newBuilder()
        .addField(
            1000,
            UnknownFieldSet.Field.newBuilder()
                .addVarint(7)
                .addFixed32(8)
                .addFixed64(9)
                .addLengthDelimited(ByteString.copyFromUtf8(text))
                .addGroup(nested)
                .build())
        .addField(
            536_870_911,
            UnknownFieldSet.Field.newBuilder().addLengthDelimited(nested.toByteString()).build())
        .build();
  }
}
