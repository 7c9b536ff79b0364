package io.github.parewire.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.model.OnnxFile;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.OperatorSetIdProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.onnx.ValueInfoProto;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.LeftTensor;
import io.github.parewire.testing.IndexTensor;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random graphs of nodes, layouts, constants, subgraphs and functions: the finder's layers, their
 * matrices element by element, and what it leaves, are those of {@link ForwardReading}.
 */
final class FinderAgainstReadingTest {

  private static final int GRAPHS = 2000;

  @TempDir private Path folder;

  @Test
  void agree() throws IOException {
    int layers = 0;
    int obstacles = 0;
    int left = 0;
    for (int i = 0; i < GRAPHS; i++) {
      ModelProto model = new RandomGraph(Seeds.random("graph " + i)).build();
      ForwardReading reading = new ForwardReading(model);
      Path path = Files.write(folder.resolve("in.onnx"), model.toByteArray());
      try (OnnxFile file = OnnxFile.open(path)) {
        Findings findings = LayerFinder.find(file, GroupMode.JOINT);
        String what = "graph " + i + ":\n" + model;
        assertEquals(
            reading.weights.stream().map(FinderAgainstReadingTest::expected).toList(),
            findings.layers().stream().map(FinderAgainstReadingTest::found).toList(),
            what);
        assertEquals(left(reading), left(findings), what);
        layers += findings.layers().size();
        obstacles += (int) findings.layers().stream().filter(l -> l.obstacle().isPresent()).count();
        left += findings.left().size();
      }
    }
    System.out.printf(
        "%d random graphs: %d layers, %d of them with an obstacle; %d tensors left%n",
        GRAPHS, layers, obstacles, left);
    assertTrue(Math.min(obstacles, left) > GRAPHS / 2, obstacles + ", " + left);
  }

  private static String expected(ForwardReading.Stored stored) {
    return stored.name
        + (stored.hasObstacle() ? " left " : " taken ")
        + stored.matrices.iterator().next();
  }

  private static String found(Layer layer) {
    IndexTensor seen =
        IndexTensor.stored(layer.tensor().dims().stream().mapToInt(Math::toIntExact).toArray());
    for (ViewStep step : layer.use().matrices().view().steps()) {
      seen =
          step instanceof ViewStep.Permute permute
              ? seen.transpose(permute.axes().stream().mapToInt(axis -> axis).toArray())
              : seen.reshape(step.dims().stream().mapToInt(Math::toIntExact).toArray());
    }
    List<Integer> positions = new ArrayList<>();
    Arrays.stream(seen.dims()).forEach(positions::add);
    int count = Arrays.stream(seen.dims()).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < count; i++) {
      positions.add(seen.flat(i));
    }
    return layer.tensor().name()
        + (layer.obstacle().isPresent() ? " left " : " taken ")
        + positions;
  }

  /** Names and, for those of dead branches alone, that they are. */
  private static List<String> left(ForwardReading reading) {
    return reading.all.stream()
        .filter(stored -> stored.matrices.isEmpty() && stored.isMatrix())
        .map(
            stored -> stored.name + (stored.others.isEmpty() && stored.isReadByDead ? " dead" : ""))
        .sorted()
        .toList();
  }

  private static List<String> left(Findings findings) {
    return findings.left().stream()
        .map(
            (LeftTensor tensor) ->
                tensor.name() + (tensor.reason().contains("never runs") ? " dead" : ""))
        .sorted()
        .toList();
  }

  /** Makes one. */
  private static final class RandomGraph {

    /** A value that is a stored tensor's elements. */
    private record Value(String name, List<Integer> dims) {}

    private final Random random;
    private final List<FunctionProto> functions = new ArrayList<>();
    private int names;

    RandomGraph(Random random) {
      this.random = random;
    }

    ModelProto build() {
      for (int i = random.nextInt(3); i > 0; i--) {
        addFunction();
      }
      Scope graph = new Scope(GraphProto.newBuilder().setName("main"), List.of(), 0);
      graph.graph.addInput(ValueInfoProto.newBuilder().setName("x"));
      graph.fill(3 + random.nextInt(10));
      if (random.nextInt(4) == 0 && !graph.values.isEmpty()) {
        graph.graph.addOutput(ValueInfoProto.newBuilder().setName(any(graph.values).name()));
      }
      return ModelProto.newBuilder()
          .setIrVersion(9)
          .setGraph(graph.graph)
          .addAllFunctions(functions)
          .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
          .addOpsetImport(
              OperatorSetIdProto.newBuilder().setDomain(Models.FUNCTION_DOMAIN).setVersion(1))
          .build();
    }

    private String name() {
      return "n" + names++;
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    /** A function of a weight, which it may transpose, and an attribute that it passes on. */
    private void addFunction() {
      String weight = "w";
      FunctionProto.Builder function =
          FunctionProto.newBuilder()
              .setName("F" + functions.size())
              .setDomain(Models.FUNCTION_DOMAIN)
              .addInput("a")
              .addInput("w")
              .addOutput("out")
              .addAttribute("turned");
      if (!functions.isEmpty() && random.nextBoolean()) {
        function.addNode(
            NodeProto.newBuilder()
                .setOpType("F0")
                .setDomain(Models.FUNCTION_DOMAIN)
                .addInput("a")
                .addInput("w")
                .addOutput("inner")
                .addAttribute(
                    Models.reference("turned", AttributeProto.AttributeType.INT, "turned")));
      }
      if (random.nextBoolean()) {
        function.addNode(Models.node("", "Identity", List.of("w"), "copy"));
        weight = "copy";
      }
      NodeProto.Builder gemm =
          Models.node("", random.nextBoolean() ? "Gemm" : "MatMul", List.of("a", weight), "y")
              .toBuilder();
      if (gemm.getOpType().equals("Gemm")) {
        gemm.addAttribute(Models.reference("transB", AttributeProto.AttributeType.INT, "turned"));
      }
      function.addNode(gemm);
      // What leaves may be the weight itself.
      function.addNode(
          Models.node("", "Identity", List.of(random.nextInt(3) == 0 ? weight : "y"), "out"));
      functions.add(function.build());
    }

    /** A graph that is being made, and what its nodes can name. */
    private final class Scope {
      private final GraphProto.Builder graph;
      private final List<Value> values;
      private final int depth;

      Scope(GraphProto.Builder graph, List<Value> outer, int depth) {
        this.graph = graph;
        this.values = new ArrayList<>(outer);
        this.depth = depth;
      }

      void fill(int nodes) {
        addTensor();
        for (int i = 0; i < nodes; i++) {
          switch (random.nextInt(8)) {
            case 0 -> addTensor();
            case 1, 2, 3 -> addLayout();
            case 4 -> addBranches();
            case 5 -> addCall();
            default -> addReader();
          }
        }
      }

      private void addTensor() {
        List<Integer> dims =
            any(
                List.of(
                    List.of(4, 6),
                    List.of(6, 4),
                    List.of(4, 3, 2),
                    List.of(1, 6, 4),
                    List.of(4, 2, 3, 1),
                    List.of(4, 4)));
        String name = name();
        TensorProto.Builder tensor =
            TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT_VALUE);
        dims.forEach(tensor::addDims);
        int count = dims.stream().reduce(1, (a, b) -> a * b);
        IntStream.range(0, count).forEach(i -> tensor.addFloatData(random.nextFloat()));
        if (random.nextBoolean()) {
          graph.addInitializer(tensor);
        } else {
          graph.addNode(
              NodeProto.newBuilder()
                  .setOpType("Constant")
                  .addOutput(name)
                  .addAttribute(Models.attribute("value", tensor.build())));
        }
        values.add(new Value(name, dims));
      }

      private String integers(List<Integer> numbers) {
        String name = name();
        TensorProto.Builder tensor =
            TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64_VALUE)
                .addDims(numbers.size());
        numbers.forEach(number -> tensor.addInt64Data(number));
        graph.addInitializer(tensor);
        return name;
      }

      private void addLayout() {
        Value from = any(values);
        List<Integer> dims = from.dims();
        String name = name();
        switch (random.nextInt(6)) {
          case 0 -> {
            graph.addNode(Models.node("", "Identity", List.of(from.name()), name));
            values.add(new Value(name, dims));
          }
          case 1 -> {
            List<Integer> perm = new ArrayList<>(IntStream.range(0, dims.size()).boxed().toList());
            Collections.shuffle(perm, random);
            graph.addNode(
                Models.node(
                    "",
                    "Transpose",
                    List.of(from.name()),
                    name,
                    Models.attribute("perm", perm.stream().map(i -> (long) i).toList())));
            values.add(new Value(name, perm.stream().map(dims::get).toList()));
          }
          case 2 -> {
            int axis = random.nextInt(dims.size() + 1);
            graph.addNode(
                Models.node(
                    "", "Flatten", List.of(from.name()), name, Models.attribute("axis", axis)));
            values.add(
                new Value(
                    name,
                    List.of(
                        product(dims.subList(0, axis)), product(dims.subList(axis, dims.size())))));
          }
          case 3 -> {
            int first = any(List.of(1, 2, 3, 4, 6));
            int all = product(dims);
            List<Integer> shape =
                all % first != 0
                    ? List.of(-1)
                    : any(
                        List.of(
                            List.of(first, -1),
                            List.of(-1, first),
                            List.of(1, all / first, first)));
            if (dims.size() > 1 && random.nextInt(4) == 0) {
              shape = List.of(0, -1);
            }
            graph.addNode(Models.node("", "Reshape", List.of(from.name(), integers(shape)), name));
            int known = 1;
            List<Integer> result = new ArrayList<>();
            for (int i = 0; i < shape.size(); i++) {
              int dim = shape.get(i) == 0 ? dims.get(i) : shape.get(i);
              result.add(dim);
              known *= dim < 0 ? 1 : dim;
            }
            int rest = all / known;
            values.add(new Value(name, result.stream().map(d -> d < 0 ? rest : d).toList()));
          }
          case 4 -> {
            if (dims.size() < 7) {
              int axis = random.nextInt(dims.size() + 1);
              graph.addNode(
                  Models.node(
                      "", "Unsqueeze", List.of(from.name(), integers(List.of(axis))), name));
              List<Integer> more = new ArrayList<>(dims);
              more.add(axis, 1);
              values.add(new Value(name, more));
            }
          }
          default -> {
            graph.addNode(Models.node("", "Squeeze", List.of(from.name()), name));
            values.add(new Value(name, dims.stream().filter(dim -> dim != 1).toList()));
          }
        }
      }

      private void addReader() {
        String weight = any(values).name();
        String other = random.nextInt(6) == 0 ? any(values).name() : "x";
        String y = name();
        graph.addNode(
            switch (random.nextInt(9)) {
              case 0, 1 -> Models.node("", "MatMul", List.of(other, weight), y);
              case 2 ->
                  Models.node(
                      "",
                      "Gemm",
                      List.of(other, weight),
                      y,
                      Models.attribute("transB", random.nextInt(2)));
              case 3 ->
                  Models.node(
                      "",
                      "Gemm",
                      List.of(weight, "x"),
                      y,
                      Models.attribute("transA", random.nextInt(2)));
              case 4 ->
                  Models.node(
                      "",
                      "Conv",
                      List.of(other, weight),
                      y,
                      Models.attribute("group", 1 + random.nextInt(2)));
              case 5 ->
                  Models.node(
                      "",
                      "ConvTranspose",
                      List.of(other, weight),
                      y,
                      Models.attribute("group", 1 + random.nextInt(2)));
              case 6 -> Models.node("", "MatMul", List.of(weight, "x"), y);
              case 7 -> einsum(weight, y);
              default -> Models.node("", any(List.of("Add", "Gather", "Relu")), List.of(weight), y);
            });
      }

      private NodeProto einsum(String weight, String y) {
        String equation = any(List.of("bi,io->bo", "eci,eio->eco"));
        return Models.node("", "Einsum", List.of("x", weight), y).toBuilder()
            .addAttribute(Models.attribute("equation", equation))
            .build();
      }

      private void addCall() {
        if (functions.isEmpty()) {
          return;
        }
        Value weight = any(values);
        String y = name();
        graph.addNode(
            NodeProto.newBuilder()
                .setOpType(any(functions).getName())
                .setDomain(Models.FUNCTION_DOMAIN)
                .addInput("x")
                .addInput(weight.name())
                .addOutput(y)
                .addAttribute(Models.attribute("turned", random.nextInt(2))));
      }

      private void addBranches() {
        if (depth > 1) {
          return;
        }
        String condition = "x";
        if (random.nextBoolean()) {
          condition = name();
          graph.addInitializer(
              TensorProto.newBuilder()
                  .setName(condition)
                  .setDataType(DataType.BOOL_VALUE)
                  .addInt32Data(random.nextInt(2)));
        }
        NodeProto.Builder node =
            NodeProto.newBuilder().setOpType("If").addInput(condition).addOutput(name());
        for (String branch : List.of("then_branch", "else_branch")) {
          Scope inner = new Scope(GraphProto.newBuilder().setName(branch), values, depth + 1);
          inner.fill(1 + random.nextInt(4));
          inner.graph.addOutput(
              ValueInfoProto.newBuilder()
                  .setName(any(inner.values.subList(values.size(), inner.values.size())).name()));
          node.addAttribute(
              AttributeProto.newBuilder()
                  .setName(branch)
                  .setType(AttributeProto.AttributeType.GRAPH)
                  .setG(inner.graph));
        }
        graph.addNode(node);
      }

      private static int product(List<Integer> dims) {
        return dims.stream().reduce(1, (a, b) -> a * b);
      }
    }
  }
}
