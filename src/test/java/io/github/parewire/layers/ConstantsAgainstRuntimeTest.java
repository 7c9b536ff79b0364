package io.github.parewire.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.verify.RuntimeValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random graphs of the operators that {@link ConstantEvaluator} knows, in several opsets: what it
 * says of a value is what ONNX Runtime computes.
 */
final class ConstantsAgainstRuntimeTest {

  private static final int GRAPHS = 400;
  private static final int NODES = 12;
  private static final List<Integer> OPSETS = List.of(7, 9, 11, 13, 15, 19, 21);
  private static final List<DataType> TYPES =
      List.of(DataType.INT64, DataType.INT32, DataType.BOOL, DataType.INT8, DataType.UINT8);
  private static final List<DataType> COMPARABLE =
      List.of(DataType.INT64, DataType.INT32, DataType.BOOL);

  /** A value of the graph, with its shape as it should be. */
  private record Value(String name, DataType type, List<Long> dims) {}

  private final Random random = Seeds.random("constants against the runtime");
  private final List<Value> values = new ArrayList<>();
  private final List<Value> computed = new ArrayList<>();
  private ModelProto.Builder model;
  private int opset;

  @Test
  void saysWhatTheRuntimeComputes() throws OrtException {
    int known = 0;
    int all = 0;
    Map<String, Integer> knownOf = new HashMap<>();
    for (int i = 0; i < GRAPHS; i++) {
      build();
      ModelProto built = model.build();
      Map<String, RuntimeValues.Value> expected = RuntimeValues.run(built);
      Scope scope = Scope.of("test", built);
      ConstantEvaluator constants = new Tracer("test").constants();
      for (int n = 0; n < computed.size(); n++) {
        Value value = computed.get(n);
        Optional<SmallConstant> actual = constants.constant(scope, value.name());
        all++;
        if (actual.isPresent()) {
          known++;
          knownOf.merge(operator(built, value.name()), 1, Integer::sum);
          RuntimeValues.Value right = expected.get(value.name());
          String what = "graph " + i + ", " + value + " in\n" + built;
          assertEquals(right.values(), actual.get().values(), what);
          assertEquals(right.dims(), actual.get().dims(), what);
          assertEquals(value.type(), actual.get().type(), what);
        }
      }
    }
    System.out.println("values known: " + known + " of " + all + ", " + knownOf);
    assertTrue(known > 0.7 * all, known + " of " + all);
    assertEquals(12, knownOf.size(), knownOf.toString());
  }

  private static String operator(ModelProto model, String output) {
    return model.getGraph().getNodeList().stream()
        .filter(node -> node.getOutput(0).equals(output))
        .findFirst()
        .orElseThrow()
        .getOpType();
  }

  private void build() {
    opset = OPSETS.get(random.nextInt(OPSETS.size()));
    model = ModelProto.newBuilder().setIrVersion(8);
    model.addOpsetImportBuilder().setVersion(opset);
    model.getGraphBuilder().setName("constants");
    values.clear();
    computed.clear();
    for (DataType type : TYPES) {
      store(type, dims(random.nextInt(3), 1));
      store(type, dims(random.nextInt(3), 1));
    }
    while (computed.size() < NODES) {
      switch (random.nextInt(10)) {
        case 0 -> shape(any());
        case 1 -> node("Size", List.of(any()), DataType.INT64, List.of());
        case 2 -> identity(any());
        case 3 -> cast(any());
        case 4 -> squeeze(any());
        case 5 -> unsqueeze(any());
        case 6 -> reshape(any());
        case 7 -> any(DataType.BOOL).ifPresent(v -> node("Not", List.of(v), v.type(), v.dims()));
        case 8 -> compare("Equal", any());
        default ->
            any(DataType.BOOL).ifPresent(v -> compare(random.nextBoolean() ? "And" : "Or", v));
      }
    }
    for (Value value : computed) {
      model
          .getGraphBuilder()
          .addOutputBuilder()
          .setName(value.name())
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .setElemType(value.type().getNumber());
    }
  }

  private List<Long> dims(int rank, int least) {
    return random.longs(rank, least, 4).boxed().toList();
  }

  private Value any() {
    return values.get(random.nextInt(values.size()));
  }

  private Optional<Value> any(DataType type) {
    List<Value> those = values.stream().filter(value -> value.type() == type).toList();
    return those.isEmpty()
        ? Optional.empty()
        : Optional.of(those.get(random.nextInt(those.size())));
  }

  private Value store(DataType type, List<Long> dims) {
    int count = (int) ViewStep.product(dims);
    int width = type == DataType.INT64 ? 8 : type == DataType.INT32 ? 4 : 1;
    ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int value = type == DataType.BOOL ? random.nextInt(2) : random.nextInt(6) - 2;
      switch (width) {
        case 8 -> bytes.putLong(value);
        case 4 -> bytes.putInt(value);
        default -> bytes.put((byte) value);
      }
    }
    return store(type, dims, bytes.flip());
  }

  private Value store(DataType type, List<Long> dims, ByteBuffer bytes) {
    Value value = new Value("v" + values.size() + "_" + computed.size(), type, dims);
    model
        .getGraphBuilder()
        .addInitializer(
            TensorProto.newBuilder()
                .setName(value.name())
                .setDataType(type.getNumber())
                .addAllDims(dims)
                .setRawData(ByteString.copyFrom(bytes)));
    values.add(value);
    return value;
  }

  private String integers(List<Long> numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.size()).order(ByteOrder.LITTLE_ENDIAN);
    numbers.forEach(bytes::putLong);
    return store(DataType.INT64, List.of((long) numbers.size()), bytes.flip()).name();
  }

  private void node(
      String operator,
      List<Value> inputs,
      DataType type,
      List<Long> dims,
      AttributeProto... attributes) {
    nodeOf(operator, inputs.stream().map(Value::name).toList(), type, dims, attributes);
  }

  private void nodeOf(
      String operator,
      List<String> inputs,
      DataType type,
      List<Long> dims,
      AttributeProto... attributes) {
    Value value = new Value("n" + computed.size(), type, dims);
    model.getGraphBuilder().addNode(Models.node("", operator, inputs, value.name(), attributes));
    values.add(value);
    computed.add(value);
  }

  private void shape(Value value) {
    int rank = value.dims().size();
    List<AttributeProto> attributes = new ArrayList<>();
    int start = 0;
    int end = rank;
    if (opset >= 15 && random.nextBoolean()) {
      start = random.nextInt(7) - 3;
      attributes.add(Models.attribute("start", start));
    }
    if (opset >= 15 && random.nextBoolean()) {
      end = random.nextInt(7) - 3;
      attributes.add(Models.attribute("end", end));
    }
    // Python's slices.
    int from = Math.max(0, Math.min(rank, start < 0 ? start + rank : start));
    int to = Math.max(0, Math.min(rank, end < 0 ? end + rank : end));
    node(
        "Shape",
        List.of(value),
        DataType.INT64,
        List.of((long) Math.max(0, to - from)),
        attributes.toArray(AttributeProto[]::new));
  }

  private void identity(Value value) {
    node("Identity", List.of(value), value.type(), value.dims());
  }

  private void cast(Value value) {
    if (opset >= 15 && random.nextBoolean()) {
      Value like = any();
      node("CastLike", List.of(value, like), like.type(), value.dims());
      return;
    }
    List<DataType> targets = new ArrayList<>(TYPES);
    targets.add(DataType.FLOAT);
    targets.add(DataType.DOUBLE);
    DataType to = targets.get(random.nextInt(targets.size()));
    node("Cast", List.of(value), to, value.dims(), Models.attribute("to", to.getNumber()));
  }

  private void squeeze(Value value) {
    List<Long> axes =
        IntStream.range(0, value.dims().size())
            .filter(axis -> value.dims().get(axis) == 1 && random.nextBoolean())
            .mapToObj(axis -> (long) axis)
            .toList();
    boolean isAll = axes.isEmpty();
    List<Long> dims =
        IntStream.range(0, value.dims().size())
            .filter(axis -> isAll ? value.dims().get(axis) != 1 : !axes.contains((long) axis))
            .mapToObj(value.dims()::get)
            .toList();
    if (isAll) {
      node("Squeeze", List.of(value), value.type(), dims);
    } else {
      withAxes("Squeeze", value, axes, value.dims().size(), dims);
    }
  }

  private void unsqueeze(Value value) {
    if (value.dims().size() > 3) {
      return;
    }
    int rank = value.dims().size() + 1;
    int axis = random.nextInt(rank);
    List<Long> dims = new ArrayList<>(value.dims());
    dims.add(axis, 1L);
    withAxes("Unsqueeze", value, List.of((long) axis), rank, dims);
  }

  /** Axes are an attribute up to opset 12, and may be negative from opset 11 on. */
  private void withAxes(String operator, Value value, List<Long> axes, int rank, List<Long> dims) {
    List<Long> given =
        axes.stream().map(a -> opset >= 11 && random.nextBoolean() ? a - rank : a).toList();
    if (opset < 13) {
      node(operator, List.of(value), value.type(), dims, Models.attribute("axes", given));
    } else {
      nodeOf(operator, List.of(value.name(), integers(given)), value.type(), dims);
    }
  }

  private void reshape(Value value) {
    long count = ViewStep.product(value.dims());
    if (count == 0) {
      return;
    }
    List<Long> given =
        switch (random.nextInt(3)) {
          case 0 -> List.of(-1L);
          case 1 -> value.dims().isEmpty() ? List.of(1L, 1L) : List.of(0L, -1L);
          default -> List.of(count, 1L);
        };
    List<Long> dims =
        given.equals(List.of(-1L))
            ? List.of(count)
            : given.equals(List.of(0L, -1L))
                ? List.of(value.dims().get(0), count / value.dims().get(0))
                : given;
    nodeOf("Reshape", List.of(value.name(), integers(given)), value.type(), dims);
  }

  private void compare(String operator, Value a) {
    Optional<Value> b = any(a.type());
    if (!COMPARABLE.contains(a.type()) || b.isEmpty()) {
      return;
    }
    List<Long> dims = new ArrayList<>();
    int rank = Math.max(a.dims().size(), b.get().dims().size());
    for (int axis = rank; axis > 0; axis--) {
      long first = fromEnd(a.dims(), axis);
      long second = fromEnd(b.get().dims(), axis);
      if (first != second && first != 1 && second != 1) {
        return;
      }
      dims.add(first == 1 ? second : first);
    }
    node(operator, List.of(a, b.get()), DataType.BOOL, dims);
  }

  private static long fromEnd(List<Long> dims, int axis) {
    return axis > dims.size() ? 1 : dims.get(dims.size() - axis);
  }
}
