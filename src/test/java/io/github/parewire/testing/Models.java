package io.github.parewire.testing;

import com.google.protobuf.ByteString;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.OperatorSetIdProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TypeProto;
import io.github.parewire.onnx.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds ONNX models for tests. */
public final class Models {

  /** The domain of functions made here. */
  public static final String FUNCTION_DOMAIN = "test.functions";

  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
  private final Graph graph = new Graph("main");
  private final Wire wire = new Wire();
  private int opset = 17;

  /** An empty model. */
  public static Models model() {
    return new Models();
  }

  /** A model that is one Gemm with transB, {@code y = x W'}. */
  public static Models dense(String name, Storage storage, Weights weights) {
    Models models = model();
    models
        .graph()
        .input("x", weights.type().dataType(), 1, weights.dims()[1])
        .weights(name, storage, weights)
        .node("Gemm", List.of("x", name), "y", attribute("transB", 1))
        .output("y", weights.type().dataType());
    return models;
  }

  /** A model of dense layers, one after the other, each with {@code width} inputs and outputs. */
  public static Models chain(List<String> names, int width, Random random) {
    Models models = model();
    models.graph().input("x", TensorProto.DataType.FLOAT, 1, width);
    String at = "x";
    for (int i = 0; i < names.size(); i++) {
      String next = "y" + i;
      models
          .graph()
          .weights(names.get(i), Storage.RAW, Weights.kaiming(random, width, width))
          .node("Gemm", List.of(at, names.get(i)), next, attribute("transB", 1));
      at = next;
    }
    models.graph().output(at, TensorProto.DataType.FLOAT);
    return models;
  }

  /** The main graph. */
  public Graph graph() {
    return graph;
  }

  /** An empty subgraph, to be an attribute. */
  public Graph subgraph(String name) {
    return new Graph(name);
  }

  /** The version of ONNX's operators. */
  public Models opset(int version) {
    opset = version;
    return this;
  }

  /** The version of the format. */
  public Models ir(int version) {
    model.setIrVersion(version);
    return this;
  }

  /** A local function. */
  public Models function(FunctionProto.Builder function) {
    model.addFunctions(
        function.setDomain(FUNCTION_DOMAIN).addOpsetImport(opset("", opset)).build());
    return this;
  }

  /** How the model is serialized. */
  public Wire wire() {
    return wire;
  }

  /** The message. */
  public ModelProto build() {
    ModelProto.Builder built = model.clone().setGraph(graph.build());
    built.addOpsetImport(opset("", opset));
    if (built.getFunctionsCount() > 0) {
      built.addOpsetImport(opset(FUNCTION_DOMAIN, 1));
    }
    return built.build();
  }

  /** The file. */
  public byte[] bytes() {
    return wire.serialize(build());
  }

  /** Writes the file. */
  public Path write(Path path) {
    try {
      return Files.write(path, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OperatorSetIdProto opset(String domain, int version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  /** An integer attribute. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** An attribute of text. */
  public static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** An attribute of a tensor. */
  public static AttributeProto attribute(String name, TensorProto value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(value)
        .build();
  }

  /** An attribute of integers. */
  public static AttributeProto attribute(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  /** A subgraph as an attribute. */
  public static AttributeProto attribute(String name, Graph value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(value.build())
        .build();
  }

  /** An attribute of a node in a function that takes the function's attribute. */
  public static AttributeProto reference(
      String name, AttributeProto.AttributeType type, String of) {
    return AttributeProto.newBuilder().setName(name).setType(type).setRefAttrName(of).build();
  }

  /** A node. */
  public static NodeProto node(
      String domain,
      String operator,
      List<String> inputs,
      String output,
      AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setDomain(domain)
        .setOpType(operator)
        .setName(output + "_" + operator)
        .addAllInput(inputs)
        .addOutput(output)
        .addAllAttribute(Arrays.asList(attributes))
        .build();
  }

  /** A graph or subgraph. */
  public final class Graph {

    private final GraphProto.Builder graph;

    private Graph(String name) {
      graph = GraphProto.newBuilder().setName(name);
    }

    /**
     * An input.
     *
     * @param dims its shape; any if there are none
     */
    public Graph input(String name, TensorProto.DataType type, int... dims) {
      graph.addInput(value(name, type, dims));
      return this;
    }

    /** An output of any shape. */
    public Graph output(String name, TensorProto.DataType type) {
      graph.addOutput(value(name, type));
      return this;
    }

    /** A tensor, as an initializer or as a Constant node. */
    public Graph weights(String name, Storage storage, Weights weights) {
      TensorProto stub = weights.header(name).build();
      wire.tensor(name, storage.encode(name, weights));
      return storage.isConstant() ? constant(name, stub) : initializer(stub);
    }

    /** An initializer. */
    public Graph initializer(TensorProto tensor) {
      graph.addInitializer(tensor);
      return this;
    }

    /** A Constant node. */
    public Graph constant(String name, TensorProto tensor) {
      AttributeProto value =
          AttributeProto.newBuilder()
              .setName("value")
              .setType(AttributeProto.AttributeType.TENSOR)
              .setT(tensor)
              .build();
      return node("Constant", List.of(), name, value);
    }

    /** An initializer of 64-bit integers. */
    public Graph integers(String name, List<Long> values) {
      return initializer(
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(TensorProto.DataType.INT64_VALUE)
              .addDims(values.size())
              .addAllInt64Data(values)
              .build());
    }

    /** An initializer of one byte that is true. */
    public Graph condition(String name) {
      return initializer(
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(TensorProto.DataType.BOOL_VALUE)
              .setRawData(ByteString.copyFrom(new byte[] {1}))
              .build());
    }

    /** A node of ONNX's own operators. */
    public Graph node(
        String operator, List<String> inputs, String output, AttributeProto... attributes) {
      return add(Models.node("", operator, inputs, output, attributes));
    }

    /** A node. */
    public Graph add(NodeProto node) {
      graph.addNode(node);
      return this;
    }

    private GraphProto build() {
      return graph.build();
    }
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, int... dims) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
    for (int dim : dims) {
      tensor.getShapeBuilder().addDimBuilder().setDimValue(dim);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
