package io.github.parewire.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto.AttributeType;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.RichModel;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sound models to begin with, and their parts, from which others are put together. */
final class Corpus {

  private static final Path TEST_MODELS = Path.of("testmodels");

  private static final List<String> STRINGS =
      List.of(
          "",
          ".",
          "..",
          "/",
          "../x",
          "a/b",
          "value",
          "perm",
          "shape",
          "axes",
          "axis",
          "to",
          "group",
          "transB",
          "transA",
          "transBatchB",
          "allowzero",
          "then_branch",
          "else_branch",
          "body",
          "value_ints",
          "value_int",
          "value_floats",
          "location",
          "offset",
          "length",
          "checksum",
          "0",
          "1",
          "-1",
          "4096",
          "9223372036854775807",
          "18446744073709551616",
          "ai.onnx",
          "com.microsoft",
          "Conv",
          "ConvTranspose",
          "Gemm",
          "MatMul",
          "FusedConv",
          "FusedMatMul",
          "FusedGemm",
          "Identity",
          "Cast",
          "CastLike",
          "Transpose",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "DequantizeLinear",
          "Constant",
          "Shape",
          "Size",
          "Not",
          "Equal",
          "And",
          "Or",
          "If",
          "Loop",
          "Scan",
          "Gather",
          "Einsum");

  private static final String DATA_FILE = "weights.data";

  private final Map<String, byte[]> dataFiles = new TreeMap<>();
  private final List<byte[]> files = new ArrayList<>();
  private final List<ModelProto> models = new ArrayList<>();
  private final Map<Descriptor, List<Message>> parts = new HashMap<>();
  private final List<String> strings = new ArrayList<>(STRINGS);

  /** All test models of exporters, and models built here. */
  static Corpus load() throws IOException {
    Corpus corpus = new Corpus();
    try (Stream<Path> paths = Files.list(TEST_MODELS)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".onnx")).sorted().toList()) {
        corpus.add(Files.readAllBytes(path));
        Path data = path.resolveSibling(path.getFileName() + ".data");
        if (Files.exists(data)) {
          corpus.dataFiles.put(data.getFileName().toString(), Files.readAllBytes(data));
        }
      }
    }
    for (ElementType type : ElementType.values()) {
      for (Storage storage : Storage.values()) {
        Weights weights = weights(type, 4, 5);
        corpus.add(
            (type.isFloatingPoint()
                    ? Models.dense("w", storage, weights)
                    : quantized(storage, weights))
                .bytes());
      }
    }
    corpus.addExternal();
    corpus.add(RichModel.build().toByteArray());
    corpus.add(layouts().bytes());
    corpus.add(functions().bytes());
    return corpus;
  }

  private static Weights weights(ElementType type, int... dims) {
    Random random = Seeds.random("fuzz " + type);
    if (type.isFloatingPoint()) {
      return Weights.random(type, random, dims);
    }
    int count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    return Weights.of(type, dims, random.longs(count, 0, 256).toArray());
  }

  private static Models quantized(Storage storage, Weights weights) {
    Models models = Models.model();
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .weights("w", storage, weights)
        .initializer(Weights.floats(new int[0], 0.5f).header("scale").addFloatData(0.5f).build())
        .initializer(
            TensorProto.newBuilder()
                .setName("zero")
                .setDataType(weights.type().dataType().getNumber())
                .addInt32Data(3)
                .build())
        .node("DequantizeLinear", List.of("w", "scale", "zero"), "q")
        .node("Gemm", List.of("x", "q"), "y", Models.attribute("transB", 1))
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  /** Every layout operator, shapes that are computed, and an If that always takes one branch. */
  private static Models layouts() {
    Models models = Models.model().opset(18);
    Models.Graph then = models.subgraph("then");
    then.node("Identity", List.of("w5"), "w6").output("w6", TensorProto.DataType.FLOAT);
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .input("image", TensorProto.DataType.FLOAT)
        .weights("w", Storage.RAW, weights(ElementType.FLOAT, 6, 2, 3))
        .weights("k", Storage.PACKED, weights(ElementType.FLOAT, 4, 3, 2, 2))
        .weights("same", Storage.RAW, weights(ElementType.FLOAT, 4, 3, 2, 2))
        .integers("flat", List.of(6L, -1L))
        .integers("first", List.of(0L))
        .condition("always")
        .node("Transpose", List.of("w"), "w1", Models.attribute("perm", List.of(0L, 2L, 1L)))
        .node("Reshape", List.of("w1", "flat"), "w2")
        .node("Unsqueeze", List.of("w2", "first"), "w3")
        .node("Squeeze", List.of("w3", "first"), "w4")
        .node("Flatten", List.of("w4"), "w5")
        .node(
            "If",
            List.of("always"),
            "w7",
            Models.attribute("then_branch", then),
            Models.attribute("else_branch", then))
        .node("MatMul", List.of("x", "w7"), "y")
        .node("Shape", List.of("same"), "shape")
        .node("Reshape", List.of("k", "shape"), "kernel")
        .node("Conv", List.of("image", "kernel"), "z", Models.attribute("group", 1))
        .output("y", TensorProto.DataType.FLOAT)
        .output("z", TensorProto.DataType.FLOAT);
    return models;
  }

  /** A function that calls another one, with weights as arguments and inside. */
  private static Models functions() {
    Models models = Models.model();
    models.function(
        FunctionProto.newBuilder()
            .setName("Inner")
            .addInput("a")
            .addInput("b")
            .addOutput("c")
            .addAttribute("transB")
            .addNode(
                Models.node(
                    "",
                    "Gemm",
                    List.of("a", "b"),
                    "c",
                    Models.reference("transB", AttributeType.INT, "transB"))));
    models.function(
        FunctionProto.newBuilder()
            .setName("Outer")
            .addInput("d")
            .addInput("e")
            .addOutput("f")
            .addNode(
                Models.node(
                    Models.FUNCTION_DOMAIN,
                    "Inner",
                    List.of("d", "e"),
                    "f",
                    Models.attribute("transB", 1))));
    models
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .weights("w", Storage.RAW, weights(ElementType.FLOAT, 4, 5))
        .add(Models.node(Models.FUNCTION_DOMAIN, "Outer", List.of("x", "w"), "y"))
        .output("y", TensorProto.DataType.FLOAT);
    return models;
  }

  /** A model for each type, all with their weights in one data file. */
  private void addExternal() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (ElementType type : ElementType.values()) {
      if (type.isFloatingPoint()) {
        Weights weights = weights(type, 4, 5);
        Models models = Models.model();
        models
            .graph()
            .input("x", TensorProto.DataType.FLOAT)
            .initializer(external(weights, data.size()))
            .node("MatMul", List.of("x", "w"), "y")
            .output("y", TensorProto.DataType.FLOAT);
        data.writeBytes(weights.bytes());
        add(models.bytes());
      }
    }
    dataFiles.put(DATA_FILE, data.toByteArray());
  }

  private static TensorProto external(Weights weights, int offset) {
    TensorProto.Builder tensor =
        weights.header("w").setDataLocation(TensorProto.DataLocation.EXTERNAL);
    List<String> entries =
        List.of(
            "location", DATA_FILE, "offset", "" + offset, "length", "" + weights.bytes().length);
    for (int i = 0; i < entries.size(); i += 2) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey(entries.get(i)).setValue(entries.get(i + 1)));
    }
    return tensor.build();
  }

  private void add(byte[] file) throws IOException {
    files.add(file);
    ModelProto model = ModelProto.parseFrom(file);
    models.add(model);
    Set<String> found = new LinkedHashSet<>();
    collect(model, found);
    strings.addAll(found);
  }

  private void collect(Message message, Set<String> found) {
    parts.computeIfAbsent(message.getDescriptorForType(), d -> new ArrayList<>()).add(message);
    for (Object value : message.getAllFields().values()) {
      for (Object element : value instanceof Collection<?> list ? list : List.of(value)) {
        if (element instanceof Message child) {
          collect(child, found);
        } else if (element instanceof String text && text.length() < 60) {
          found.add(text);
        }
      }
    }
  }

  /** The models' data files, by name. */
  Map<String, byte[]> dataFiles() {
    return dataFiles;
  }

  /** Which models have their weights in a data file. */
  int[] external() {
    return IntStream.range(0, models.size())
        .filter(
            i ->
                models.get(i).getGraph().getInitializerList().stream()
                    .anyMatch(t -> t.getDataLocation() == TensorProto.DataLocation.EXTERNAL))
        .toArray();
  }

  int size() {
    return files.size();
  }

  byte[] file(int i) {
    return files.get(i);
  }

  ModelProto model(int i) {
    return models.get(i);
  }

  /** A string that some model has, or that means something. */
  String string(Random random) {
    return strings.get(random.nextInt(random.nextBoolean() ? STRINGS.size() : strings.size()));
  }

  /** A message of a type from some model; empty if none has one. */
  Message part(Descriptor type, Random random) {
    List<Message> all = parts.getOrDefault(type, List.of());
    return all.isEmpty()
        ? DynamicMessage.getDefaultInstance(type)
        : all.get(random.nextInt(all.size()));
  }

  /** Bytes of any content. */
  static ByteString bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
