package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.OperatorSetIdProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.onnx.TrainingInfoProto;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Inspection;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.RichModel;
import io.github.parewire.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every tensor that could be weights is a layer or is listed, wherever it is stored. What a file
 * stores is read off its messages here, without a look at who reads it.
 */
final class NothingUnlistedTest {

  private static final Set<DataType> NO_WEIGHTS =
      Set.of(
          DataType.INT32,
          DataType.UINT32,
          DataType.INT64,
          DataType.UINT64,
          DataType.BOOL,
          DataType.STRING);

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> models() throws IOException {
    List<Path> models = new ArrayList<>();
    for (Path in : List.of(Path.of("testmodels"), Path.of("target", "real-models"))) {
      if (Files.exists(in)) {
        try (Stream<Path> files = Files.walk(in)) {
          files.filter(file -> file.toString().endsWith(".onnx")).sorted().forEach(models::add);
        }
      }
    }
    return models.stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    model.toString(),
                    () -> check(model, ModelProto.parseFrom(Files.readAllBytes(model)))));
  }

  @Test
  void richModel() throws IOException {
    check(RichModel.build());
  }

  /** Random places, types, shapes and readers. */
  @Test
  void randomPlaces() throws IOException {
    for (int i = 0; i < 300; i++) {
      check(new Places(Seeds.random("places " + i)).model());
    }
  }

  private void check(ModelProto model) throws IOException {
    check(Files.write(folder.resolve("in.onnx"), model.toByteArray()), model);
  }

  private static void check(Path path, ModelProto model) throws IOException {
    Map<String, Integer> expected = new TreeMap<>();
    collect(model, expected);
    Inspection found = new Inspector(RewireOptions.builder().build()).inspect(path);
    Map<String, Integer> listed = new TreeMap<>();
    found.layers().forEach(l -> count(l.layer().dims(), l.layer().type(), listed));
    found.left().stream()
        // Others are listed where an operator sees them as a weight, or as a matrix.
        .filter(left -> left.dims().size() > 1)
        .filter(left -> NO_WEIGHTS.stream().noneMatch(type -> name(type).equals(left.type())))
        .forEach(left -> count(left.dims(), left.type(), listed));
    assertEquals(expected, listed, () -> path + ": " + found.left());
  }

  private static void collect(Message message, Map<String, Integer> counts) {
    if (message instanceof SparseTensorProto sparse) {
      count(sparse.getDimsList(), type(sparse.getValues()), counts);
    } else if (message instanceof TensorProto tensor) {
      DataType type = DataType.forNumber(tensor.getDataType());
      if (tensor.getDimsCount() > 1 && !NO_WEIGHTS.contains(type)) {
        count(tensor.getDimsList(), type(tensor), counts);
      }
    } else {
      for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
        if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          List<?> values =
              field.getValue() instanceof List<?> list ? list : List.of(field.getValue());
          values.forEach(value -> collect((Message) value, counts));
        }
      }
    }
  }

  private static String type(TensorProto tensor) {
    return name(DataType.forNumber(tensor.getDataType()));
  }

  private static String name(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static void count(List<Long> dims, String type, Map<String, Integer> counts) {
    counts.merge(type + dims, 1, Integer::sum);
  }

  /** Puts tensors where a file can have them. */
  private static final class Places {

    private static final List<String> READERS =
        List.of(
            "MatMul",
            "Gather",
            "Add",
            "Identity",
            "Shape",
            "Transpose",
            "Conv",
            "Custom",
            "DequantizeLinear",
            "QuantizeLinear",
            "MatMulInteger",
            "Split",
            "Slice",
            "Concat");

    private static final List<DataType> TYPES =
        List.of(
            DataType.FLOAT,
            DataType.DOUBLE,
            DataType.FLOAT16,
            DataType.INT8,
            DataType.UINT8,
            DataType.INT64,
            DataType.INT32,
            DataType.INT4,
            DataType.FLOAT8E4M3FN,
            DataType.COMPLEX64,
            DataType.BOOL);

    private final Random random;
    private int names;

    Places(Random random) {
      this.random = random;
    }

    ModelProto model() {
      ModelProto.Builder model =
          ModelProto.newBuilder()
              .setIrVersion(10)
              .setGraph(graph(0))
              .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21));
      for (int i = random.nextInt(3); i > 0; i--) {
        model.addFunctions(
            FunctionProto.newBuilder()
                .setName("F" + i)
                .setDomain(Models.FUNCTION_DOMAIN)
                .addInput("in")
                .addAllNode(graph(1).getNodeList())
                .addOutput("in")
                .addAttributeProto(tensorAttribute("default")));
      }
      if (random.nextBoolean()) {
        model.addTrainingInfo(
            TrainingInfoProto.newBuilder().setInitialization(graph(1)).setAlgorithm(graph(1)));
      }
      return model.build();
    }

    private GraphProto graph(int depth) {
      GraphProto.Builder graph = GraphProto.newBuilder().setName("g" + depth);
      List<String> values = new ArrayList<>(List.of("x"));
      for (int i = random.nextInt(4); i > 0; i--) {
        TensorProto tensor = tensor();
        graph.addInitializer(tensor);
        values.add(tensor.getName());
      }
      if (random.nextInt(3) == 0) {
        SparseTensorProto sparse = sparse();
        graph.addSparseInitializer(sparse);
        values.add(sparse.getValues().getName());
      }
      for (int i = random.nextInt(6); i > 0; i--) {
        NodeProto.Builder node = node(values, depth).toBuilder();
        String output = name();
        graph.addNode(node.addOutput(output));
        values.add(output);
      }
      return graph.build();
    }

    private NodeProto node(List<String> values, int depth) {
      NodeProto.Builder node = NodeProto.newBuilder();
      switch (random.nextInt(8)) {
        case 0, 1 -> node.setOpType("Constant").addAttribute(tensorAttribute("value"));
        case 2 ->
            node.setOpType("Constant")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("sparse_value")
                        .setType(AttributeProto.AttributeType.SPARSE_TENSOR)
                        .setSparseTensor(sparse()));
        case 3 ->
            node.setOpType("Custom")
                .setDomain("test.custom")
                .addInput(any(values))
                .addAttribute(tensorAttribute("table"))
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("tables")
                        .setType(AttributeProto.AttributeType.TENSORS)
                        .addTensors(tensor())
                        .addTensors(tensor()));
        case 4 -> {
          node.setOpType(depth < 2 ? "If" : "Identity").addInput(any(values));
          if (depth < 2) {
            for (String branch : List.of("then_branch", "else_branch")) {
              node.addAttribute(
                  AttributeProto.newBuilder()
                      .setName(branch)
                      .setType(AttributeProto.AttributeType.GRAPH)
                      .setG(graph(depth + 1)));
            }
          }
        }
        case 5 ->
            node.setOpType("F" + (1 + random.nextInt(2)))
                .setDomain(depth == 0 ? Models.FUNCTION_DOMAIN : "")
                .addInput(any(values));
        default -> {
          node.setOpType(READERS.get(random.nextInt(READERS.size())));
          for (int i = 1 + random.nextInt(3); i > 0; i--) {
            node.addInput(any(values));
          }
        }
      }
      return node.build();
    }

    private AttributeProto tensorAttribute(String name) {
      return Models.attribute(name, tensor());
    }

    private String any(List<String> values) {
      return values.get(random.nextInt(values.size()));
    }

    private String name() {
      return "v" + names++;
    }

    private TensorProto tensor() {
      TensorProto.Builder tensor =
          TensorProto.newBuilder()
              .setName(name())
              .setDataType(TYPES.get(random.nextInt(TYPES.size())).getNumber());
      long elements = 1;
      for (int i = random.nextInt(5); i > 0; i--) {
        int dim = 1 + random.nextInt(4);
        tensor.addDims(dim);
        elements *= dim;
      }
      DataType type = DataType.forNumber(tensor.getDataType());
      byte[] data = new byte[(int) bytes(type, elements)];
      for (int i = 0; i < data.length; i++) {
        // Numbers of every type; and no exponent is all ones.
        data[i] = (byte) (random.nextInt() & (type == DataType.BOOL ? 1 : 0x3f));
      }
      return tensor.setRawData(ByteString.copyFrom(data)).build();
    }

    private static long bytes(DataType type, long elements) {
      return switch (type) {
        case DOUBLE, INT64, COMPLEX64 -> 8 * elements;
        case FLOAT, INT32 -> 4 * elements;
        case FLOAT16 -> 2 * elements;
        case INT4 -> (elements + 1) / 2;
        default -> elements;
      };
    }

    private SparseTensorProto sparse() {
      return SparseTensorProto.newBuilder()
          .setValues(
              TensorProto.newBuilder()
                  .setName(name())
                  .setDataType(DataType.FLOAT_VALUE)
                  .addDims(2)
                  .addFloatData(1)
                  .addFloatData(2))
          .setIndices(
              TensorProto.newBuilder()
                  .setDataType(DataType.INT64_VALUE)
                  .addDims(2)
                  .addInt64Data(0)
                  .addInt64Data(3))
          .addDims(1 + random.nextInt(3))
          .addDims(7)
          .build();
    }
  }
}
