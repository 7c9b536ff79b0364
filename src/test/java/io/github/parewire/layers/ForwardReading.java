package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.IndexTensor;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A second way to find layers, which shares nothing with {@link LayerFinder}: it goes through a
 * model forwards, as a runtime would, and each value knows which stored elements it has, one by
 * one. Slow, for small models of valid layouts.
 */
final class ForwardReading {

  /** A stored tensor and what reads it. */
  static final class Stored {
    final TensorProto proto;
    final String name;

    /** Positions of the elements of each matrix that an operator sees, with its shape in front. */
    final Set<List<Integer>> matrices = new LinkedHashSet<>();

    final Set<String> others = new LinkedHashSet<>();
    boolean isDoubtful;
    boolean isReadByDead;

    Stored(TensorProto proto, String name) {
      this.proto = proto;
      this.name = name;
    }

    boolean isMatrix() {
      return proto.getDimsCount() > 1 && proto.getDataType() == TensorProto.DataType.FLOAT_VALUE;
    }

    boolean hasObstacle() {
      return !others.isEmpty() || matrices.size() > 1 || isDoubtful;
    }
  }

  /** What is known of a value. */
  private sealed interface Value {
    /** Elements of a stored tensor. */
    record Elements(Stored stored, IndexTensor at) implements Value {}

    /** Integers, or a truth value. */
    record Integers(List<Long> values) implements Value {}

    /** Anything else. */
    record Unknown() implements Value {}
  }

  private static final Value UNKNOWN = new Value.Unknown();

  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final IdentityHashMap<TensorProto, Stored> stored = new IdentityHashMap<>();

  /** Tensors that are weights, in the order of their first use as such. */
  final List<Stored> weights = new ArrayList<>();

  /** All stored tensors, as met. */
  final List<Stored> all = new ArrayList<>();

  ForwardReading(ModelProto model) {
    model.getFunctionsList().forEach(function -> functions.put(function.getName(), function));
    Map<String, Value> values = new HashMap<>();
    run(model.getGraph(), values);
    model.getGraph().getOutputList().forEach(output -> other(values.get(output.getName()), "out"));
  }

  private void run(GraphProto graph, Map<String, Value> values) {
    graph.getInputList().forEach(input -> values.put(input.getName(), UNKNOWN));
    graph
        .getInitializerList()
        .forEach(tensor -> values.put(tensor.getName(), value(tensor, tensor.getName())));
    run(graph.getNodeList(), values, Map.of());
  }

  private Value value(TensorProto tensor, String name) {
    if (tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE) {
      Stored one =
          stored.computeIfAbsent(
              tensor,
              proto -> {
                Stored made = new Stored(proto, name);
                all.add(made);
                return made;
              });
      return new Value.Elements(one, IndexTensor.stored(ints(tensor.getDimsList())));
    }
    if (tensor.getDataType() == TensorProto.DataType.BOOL_VALUE) {
      return new Value.Integers(List.of((long) tensor.getInt32Data(0)));
    }
    List<Long> numbers = new ArrayList<>(tensor.getInt64DataList());
    var raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (raw.remaining() >= Long.BYTES) {
      numbers.add(raw.getLong());
    }
    return new Value.Integers(numbers);
  }

  private void run(
      List<NodeProto> nodes, Map<String, Value> values, Map<String, AttributeProto> arguments) {
    for (NodeProto node : nodes) {
      Map<String, AttributeProto> attributes = new HashMap<>();
      for (AttributeProto attribute : node.getAttributeList()) {
        String reference = attribute.getRefAttrName();
        AttributeProto given = reference.isEmpty() ? attribute : arguments.get(reference);
        if (given != null) {
          attributes.put(attribute.getName(), given);
        }
      }
      List<Value> inputs =
          node.getInputList().stream().map(name -> values.getOrDefault(name, UNKNOWN)).toList();
      List<Value> outputs = outputs(node, inputs, attributes, values);
      for (int i = 0; i < node.getOutputCount(); i++) {
        values.put(node.getOutput(i), i < outputs.size() ? outputs.get(i) : UNKNOWN);
      }
    }
  }

  private List<Value> outputs(
      NodeProto node,
      List<Value> inputs,
      Map<String, AttributeProto> attributes,
      Map<String, Value> values) {
    FunctionProto function = functions.get(node.getOpType());
    if (function != null) {
      Map<String, Value> inner = new HashMap<>();
      for (int i = 0; i < function.getInputCount(); i++) {
        inner.put(function.getInput(i), i < inputs.size() ? inputs.get(i) : UNKNOWN);
      }
      run(function.getNodeList(), inner, attributes);
      return function.getOutputList().stream().map(n -> inner.getOrDefault(n, UNKNOWN)).toList();
    }
    switch (node.getOpType()) {
      case "Constant":
        return List.of(value(attributes.get("value").getT(), node.getOutput(0)));
      case "If":
        return branches(node, inputs.get(0), attributes, values);
      case "Shape":
        return List.of(
            inputs.get(0) instanceof Value.Elements e
                ? new Value.Integers(Arrays.stream(e.at().dims()).mapToObj(d -> (long) d).toList())
                : UNKNOWN);
      case "Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze":
        return List.of(
            inputs.get(0) instanceof Value.Elements e
                ? new Value.Elements(e.stored(), layout(node, e.at(), inputs, attributes))
                : UNKNOWN);
      case "MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum":
        weights(node, inputs, attributes);
        return List.of();
      default:
        inputs.forEach(input -> other(input, node.getOpType()));
        return List.of();
    }
  }

  private List<Value> branches(
      NodeProto node,
      Value condition,
      Map<String, AttributeProto> attributes,
      Map<String, Value> values) {
    GraphProto yes = attributes.get("then_branch").getG();
    GraphProto no = attributes.get("else_branch").getG();
    if (condition instanceof Value.Integers integers) {
      boolean isTrue = integers.values().get(0) != 0;
      Map<String, Value> inner = new HashMap<>(values);
      GraphProto live = isTrue ? yes : no;
      run(live, inner);
      new Dead().read(isTrue ? no : yes, values);
      return live.getOutputList().stream()
          .map(o -> inner.getOrDefault(o.getName(), UNKNOWN))
          .toList();
    }
    // In the order of the attributes.
    for (AttributeProto attribute : node.getAttributeList()) {
      Map<String, Value> inner = new HashMap<>(values);
      run(attribute.getG(), inner);
      attribute.getG().getOutputList().forEach(o -> other(inner.get(o.getName()), "output"));
    }
    return List.of();
  }

  /** Reads what is never run, and leaves no trace but that. */
  private final class Dead {

    void read(GraphProto graph, Map<String, Value> values) {
      Map<String, Value> inner = new HashMap<>(values);
      for (TensorProto tensor : graph.getInitializerList()) {
        inner.put(tensor.getName(), value(tensor, tensor.getName()));
        mark(inner.get(tensor.getName()));
      }
      for (NodeProto node : graph.getNodeList()) {
        if (node.getOpType().equals("Constant")) {
          inner.put(node.getOutput(0), value(node.getAttribute(0).getT(), node.getOutput(0)));
        } else if (node.getInputCount() > 0 && LAYOUT.contains(node.getOpType())) {
          // Its elements, whatever their order.
          inner.put(node.getOutput(0), inner.getOrDefault(node.getInput(0), UNKNOWN));
        }
        node.getInputList().forEach(input -> mark(inner.get(input)));
        for (AttributeProto attribute : node.getAttributeList()) {
          if (attribute.hasG()) {
            read(attribute.getG(), inner);
          }
        }
      }
      graph.getOutputList().forEach(output -> mark(inner.get(output.getName())));
    }

    private void mark(Value value) {
      if (value instanceof Value.Elements elements) {
        elements.stored().isReadByDead = true;
      }
    }
  }

  private static final Set<String> LAYOUT =
      Set.of("Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze");

  private static void other(Value value, String reader) {
    if (value instanceof Value.Elements elements) {
      elements.stored().others.add(reader);
    }
  }

  private static IndexTensor layout(
      NodeProto node, IndexTensor at, List<Value> inputs, Map<String, AttributeProto> attributes) {
    int[] dims = at.dims();
    return switch (node.getOpType()) {
      case "Identity" -> at;
      case "Transpose" ->
          at.transpose(
              attributes.containsKey("perm")
                  ? ints(attributes.get("perm").getIntsList())
                  : IntStream.range(0, dims.length).map(i -> dims.length - 1 - i).toArray());
      case "Flatten" -> {
        int axis = (int) (attributes.containsKey("axis") ? attributes.get("axis").getI() : 1);
        yield at.reshape(
            Arrays.stream(dims, 0, axis).reduce(1, (a, b) -> a * b),
            Arrays.stream(dims, axis, dims.length).reduce(1, (a, b) -> a * b));
      }
      case "Reshape" -> {
        int[] shape = ints(((Value.Integers) inputs.get(1)).values());
        int known = 1;
        for (int i = 0; i < shape.length; i++) {
          shape[i] = shape[i] == 0 ? dims[i] : shape[i];
          known *= shape[i] < 0 ? 1 : shape[i];
        }
        int rest = Arrays.stream(dims).reduce(1, (a, b) -> a * b) / known;
        yield at.reshape(Arrays.stream(shape).map(dim -> dim < 0 ? rest : dim).toArray());
      }
      case "Squeeze" -> at.reshape(Arrays.stream(dims).filter(dim -> dim != 1).toArray());
      default -> {
        int axis = ints(((Value.Integers) inputs.get(1)).values())[0];
        int[] more = new int[dims.length + 1];
        for (int i = 0; i < more.length; i++) {
          more[i] = i == axis ? 1 : dims[i < axis ? i : i - 1];
        }
        yield at.reshape(more);
      }
    };
  }

  private void weights(NodeProto node, List<Value> inputs, Map<String, AttributeProto> attributes) {
    boolean isConvolution = node.getOpType().startsWith("Conv");
    for (int i = 0; i < inputs.size(); i++) {
      if (!(inputs.get(i) instanceof Value.Elements elements)) {
        continue;
      }
      boolean isWeight = i == 1 || (i == 0 && !isConvolution);
      boolean isApplied = i == 0 && inputs.get(1) instanceof Value.Elements;
      List<Integer> matrices =
          isWeight && !isApplied ? matrices(node.getOpType(), i, elements.at(), attributes) : null;
      if (matrices == null) {
        elements.stored().others.add(node.getOpType());
      } else {
        if (elements.stored().matrices.isEmpty()) {
          weights.add(elements.stored());
        }
        elements.stored().matrices.add(matrices);
        int[] dims = elements.at().dims();
        elements.stored().isDoubtful |=
            i == 0
                && dims.length > 2
                && Arrays.stream(dims, 0, dims.length - 2).allMatch(dim -> dim == 1);
      }
    }
  }

  /** Slices, outputs and inputs, and then the positions; null if the shape does not fit. */
  private static List<Integer> matrices(
      String operator, int input, IndexTensor at, Map<String, AttributeProto> attributes) {
    int[] d = at.dims();
    int rank = d.length;
    int group = (int) (attributes.containsKey("group") ? attributes.get("group").getI() : 1);
    boolean transposed =
        attributes.containsKey(input == 0 ? "transA" : "transB")
            && attributes.get(input == 0 ? "transA" : "transB").getI() != 0;
    switch (operator) {
      case "Conv":
        return rank < 3 || d[0] % group != 0
            ? null
            : list(1, d[0], product(d) / d[0], i -> at.flat(i));
      case "ConvTranspose":
        if (rank < 3 || d[0] % group != 0) {
          return null;
        }
        int kernel = product(d) / d[0] / d[1];
        int channels = d[0] / group;
        int inputs = channels * kernel;
        return list(
            1,
            group * d[1],
            inputs,
            i -> {
              int row = i / inputs;
              int channel = row / d[1] * channels + i % inputs / kernel;
              return at.flat((channel * d[1] + row % d[1]) * kernel + i % kernel);
            });
      case "Einsum":
        String[] terms = attributes.get("equation").getS().toStringUtf8().split(",|->");
        return terms[1].equals("eio")
            ? rank != 3 ? null : lastAxes(at, true)
            : rank != 2 ? null : lastAxes(at, input == 1);
      case "Gemm":
        return rank != 2 ? null : lastAxes(at, (input == 1) != transposed);
      default:
        return rank < 2 ? null : lastAxes(at, input == 1);
    }
  }

  /** The two last axes, exchanged or not. */
  private static List<Integer> lastAxes(IndexTensor at, boolean exchanged) {
    int[] d = at.dims();
    int rows = d[d.length - (exchanged ? 1 : 2)];
    int columns = d[d.length - (exchanged ? 2 : 1)];
    return list(
        product(d) / rows / columns,
        rows,
        columns,
        i -> {
          int slice = i / (rows * columns);
          int row = i / columns % rows;
          int column = i % columns;
          return at.flat(
              slice * rows * columns + (exchanged ? column * rows + row : row * columns + column));
        });
  }

  private static List<Integer> list(
      int slices, int outputs, int inputs, IntFunction<Integer> position) {
    List<Integer> all = new ArrayList<>(List.of(slices, outputs, inputs));
    for (int i = 0; i < slices * outputs * inputs; i++) {
      all.add(position.apply(i));
    }
    return all;
  }

  private static int product(int[] dims) {
    return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
  }

  private static int[] ints(List<Long> values) {
    return values.stream().mapToInt(Math::toIntExact).toArray();
  }
}
