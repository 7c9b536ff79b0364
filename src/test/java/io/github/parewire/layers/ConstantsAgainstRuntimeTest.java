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

  private static final int GRAPHS = 800;
  private static final int NODES = 16;
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
    assertEquals(34, knownOf.size(), knownOf.toString());
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
      switch (random.nextInt(20)) {
        case 0 -> shape(any());
        case 1 -> node("Size", List.of(any()), DataType.INT64, List.of());
        case 2 -> identity(any());
        case 3 -> cast(any());
        case 4 -> squeeze(any());
        case 5 -> unsqueeze(any());
        case 6 -> reshape(any());
        case 7 -> any(DataType.BOOL).ifPresent(v -> node("Not", List.of(v), v.type(), v.dims()));
        case 8 -> elementwise("Equal", any(), DataType.BOOL);
        case 9 ->
            any(DataType.BOOL).ifPresent(v -> elementwise(oneOf("And", "Or", "Xor"), v, v.type()));
        case 10 -> elementwise(oneOf("Add", "Sub", "Mul"), number(), null);
        case 11 -> elementwise(oneOf("Min", "Max"), number(), null);
        case 12 -> relation();
        case 13 -> division(number());
        case 14 -> sign(number());
        case 15 -> where(number());
        case 16 -> gather(any());
        case 17 -> slice(any());
        case 18 -> concat(any());
        default -> fill();
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
    List<Long> numbers =
        IntStream.range(0, count)
            .mapToObj(
                i -> (long) (type == DataType.BOOL ? random.nextInt(2) : random.nextInt(6) - 2))
            .toList();
    return store(type, dims, bytes(type, numbers));
  }

  private static ByteBuffer bytes(DataType type, List<Long> numbers) {
    int width = type == DataType.INT64 ? 8 : type == DataType.INT32 ? 4 : 1;
    ByteBuffer bytes = ByteBuffer.allocate(numbers.size() * width).order(ByteOrder.LITTLE_ENDIAN);
    for (long number : numbers) {
      switch (width) {
        case 8 -> bytes.putLong(number);
        case 4 -> bytes.putInt((int) number);
        default -> bytes.put((byte) number);
      }
    }
    return bytes.flip();
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
    return store(DataType.INT64, List.of((long) numbers.size()), bytes(DataType.INT64, numbers))
        .name();
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

  @SafeVarargs
  private <T> T oneOf(T... all) {
    return all[random.nextInt(all.length)];
  }

  /** Of a type that the runtime calculates with. */
  private Value number() {
    return any(oneOf(DataType.INT64, DataType.INT32)).orElseThrow();
  }

  private static Optional<List<Long>> broadcast(List<Long> a, List<Long> b) {
    List<Long> dims = new ArrayList<>();
    for (int axis = Math.max(a.size(), b.size()); axis > 0; axis--) {
      long first = fromEnd(a, axis);
      long second = fromEnd(b, axis);
      if (first != second && first != 1 && second != 1) {
        return Optional.empty();
      }
      dims.add(first == 1 ? second : first);
    }
    return Optional.of(dims);
  }

  /** Two values, of which the second may be any of the same type; the type is theirs if null. */
  private void elementwise(String operator, Value a, DataType type) {
    if (!COMPARABLE.contains(a.type())
        || (opset < 12 && List.of("Min", "Max").contains(operator))) {
      return;
    }
    Value b = any(a.type()).orElseThrow();
    broadcast(a.dims(), b.dims())
        .ifPresent(dims -> node(operator, List.of(a, b), type == null ? a.type() : type, dims));
  }

  private void relation() {
    if (opset >= 9) {
      String operator = oneOf("Less", "Greater");
      elementwise(
          opset >= 12 ? operator + oneOf("", "OrEqual") : operator, number(), DataType.BOOL);
    }
  }

  /** By numbers other than 0, and than -1, by which the least integer can't be divided. */
  private void division(Value a) {
    List<Long> dims = random.nextBoolean() ? List.of() : a.dims();
    int count = (int) ViewStep.product(dims);
    List<Long> numbers =
        IntStream.range(0, count).mapToObj(i -> oneOf(-4L, -3L, -2L, 1L, 2L, 3L)).toList();
    Value by = store(a.type(), dims, bytes(a.type(), numbers));
    if (opset < 10 || random.nextBoolean()) {
      node("Div", List.of(a, by), a.type(), a.dims());
    } else {
      node("Mod", List.of(a, by), a.type(), a.dims(), Models.attribute("fmod", random.nextInt(2)));
    }
  }

  private void sign(Value a) {
    node(oneOf("Neg", "Abs"), List.of(a), a.type(), a.dims());
  }

  private void where(Value a) {
    Value condition = any(DataType.BOOL).orElseThrow();
    Value b = any(a.type()).orElseThrow();
    if (opset >= 9) {
      broadcast(a.dims(), b.dims())
          .flatMap(dims -> broadcast(dims, condition.dims()))
          .ifPresent(dims -> node("Where", List.of(condition, a, b), a.type(), dims));
    }
  }

  /** An axis of a rank, perhaps counted from the end. */
  private long given(int axis, int rank) {
    return opset >= 11 && random.nextBoolean() ? axis - rank : axis;
  }

  private void gather(Value data) {
    int rank = data.dims().size();
    int axis = rank == 0 ? 0 : random.nextInt(rank);
    if (rank == 0 || data.dims().get(axis) == 0) {
      return;
    }
    int size = data.dims().get(axis).intValue();
    List<Long> shape = dims(random.nextInt(3), 1);
    List<Long> taken =
        IntStream.range(0, (int) ViewStep.product(shape))
            .mapToObj(i -> given(random.nextInt(size), size))
            .toList();
    DataType type = oneOf(DataType.INT64, DataType.INT32);
    Value indices = store(type, shape, bytes(type, taken));
    List<Long> dims = new ArrayList<>(data.dims());
    dims.remove(axis);
    dims.addAll(axis, shape);
    AttributeProto[] attributes =
        axis == 0 && random.nextBoolean()
            ? new AttributeProto[0]
            : new AttributeProto[] {Models.attribute("axis", given(axis, rank))};
    node("Gather", List.of(data, indices), data.type(), dims, attributes);
  }

  private void slice(Value data) {
    int rank = data.dims().size();
    if (rank == 0 || data.dims().contains(0L)) {
      return;
    }
    int first = random.nextInt(rank);
    List<Long> axes = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    List<Long> dims = new ArrayList<>(data.dims());
    for (int axis = first; axis < rank; axis++) {
      long size = dims.get(axis);
      long step = opset >= 11 ? oneOf(1L, 1L, 2L, 3L, -1L, -2L) : 1;
      axes.add(given(axis, rank));
      starts.add(bound());
      // Backward from the largest integer the runtime's kernel and its shapes are at odds.
      ends.add(step > 0 ? bound() : Math.min(bound(), size));
      steps.add(step);
      dims.set(axis, length(starts.get(axis - first), ends.get(axis - first), step, size));
    }
    if (opset < 10) {
      node(
          "Slice",
          List.of(data),
          data.type(),
          dims,
          Models.attribute("starts", starts),
          Models.attribute("ends", ends),
          Models.attribute("axes", axes));
      return;
    }
    List<String> inputs = new ArrayList<>(List.of(data.name(), integers(starts), integers(ends)));
    boolean isPlain = steps.stream().allMatch(step -> step == 1) && random.nextBoolean();
    if (first > 0 || !isPlain || random.nextBoolean()) {
      inputs.add(integers(axes));
      if (!isPlain) {
        inputs.add(integers(steps));
      }
    }
    nodeOf("Slice", inputs, data.type(), dims);
  }

  private long bound() {
    return random.nextInt(6) == 0
        ? oneOf((long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, Long.MAX_VALUE)
        : random.nextInt(11) - 5;
  }

  /** How many indices a slice takes, counted one by one. */
  private static long length(long start, long end, long step, long size) {
    long from = start < 0 ? start + size : start;
    long to = end < 0 ? end + size : end;
    from = Math.max(0, Math.min(step > 0 ? size : size - 1, from));
    to = Math.max(step > 0 ? 0 : -1, Math.min(size, to));
    long count = 0;
    for (long at = from; step > 0 ? at < to : at > to; at += step) {
      count++;
    }
    return count;
  }

  private void concat(Value a) {
    int rank = a.dims().size();
    if (rank == 0) {
      return;
    }
    int axis = random.nextInt(rank);
    List<Value> parts = new ArrayList<>(List.of(a));
    long length = a.dims().get(axis);
    for (Value b : values) {
      List<Long> dims = new ArrayList<>(b.dims());
      if (b.type() == a.type() && dims.size() == rank && parts.size() < 3) {
        dims.set(axis, a.dims().get(axis));
        if (dims.equals(a.dims()) && random.nextBoolean()) {
          parts.add(b);
          length += b.dims().get(axis);
        }
      }
    }
    List<Long> dims = new ArrayList<>(a.dims());
    dims.set(axis, length);
    node("Concat", parts, a.type(), dims, Models.attribute("axis", given(axis, rank)));
  }

  private void fill() {
    switch (random.nextInt(4)) {
      case 0 -> range();
      case 1 -> constantOfShape();
      case 2 -> flatten(any());
      default -> product(number());
    }
  }

  private void range() {
    if (opset < 11) {
      return;
    }
    DataType type = oneOf(DataType.INT64, DataType.INT32);
    long start = random.nextInt(9) - 4;
    long limit = random.nextInt(9) - 4;
    long delta = oneOf(-3L, -2L, -1L, 1L, 2L, 3L);
    List<String> inputs =
        List.of(start, limit, delta).stream()
            .map(number -> store(type, List.of(), bytes(type, List.of(number))).name())
            .toList();
    nodeOf("Range", inputs, type, List.of(length(start + 9, limit + 9, delta, 18)));
  }

  private void constantOfShape() {
    if (opset < 9) {
      return;
    }
    List<Long> dims = dims(random.nextInt(4), 0);
    if (random.nextInt(4) == 0) {
      nodeOf("ConstantOfShape", List.of(integers(dims)), DataType.FLOAT, dims);
      return;
    }
    DataType type = oneOf(TYPES.toArray(DataType[]::new));
    TensorProto value =
        TensorProto.newBuilder()
            .setDataType(type.getNumber())
            .addDims(1)
            .setRawData(ByteString.copyFrom(bytes(type, List.of((long) random.nextInt(2)))))
            .build();
    AttributeProto attribute = Models.attribute("value", value);
    nodeOf("ConstantOfShape", List.of(integers(dims)), type, dims, attribute);
  }

  private void flatten(Value value) {
    int rank = value.dims().size();
    if (opset < 9 || rank == 0 || value.dims().contains(0L)) {
      return;
    }
    int axis = random.nextInt(rank);
    long rows = ViewStep.product(value.dims().subList(0, axis));
    List<Long> dims = List.of(rows, ViewStep.product(value.dims()) / rows);
    node(
        "Flatten", List.of(value), value.type(), dims, Models.attribute("axis", given(axis, rank)));
  }

  private void product(Value value) {
    int rank = value.dims().size();
    if (value.dims().contains(0L)) {
      return;
    }
    List<Integer> axes =
        IntStream.range(0, rank).filter(i -> random.nextBoolean()).boxed().toList();
    boolean isAll = axes.isEmpty();
    boolean isKept = random.nextBoolean();
    boolean isNothing = isAll && opset >= 18 && random.nextBoolean();
    List<Long> dims = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      boolean isReduced = !isNothing && (isAll || axes.contains(axis));
      if (!isReduced || isKept) {
        dims.add(isReduced ? 1 : value.dims().get(axis));
      }
    }
    List<AttributeProto> attributes = new ArrayList<>();
    List<String> inputs = new ArrayList<>(List.of(value.name()));
    List<Long> given = axes.stream().map(axis -> given(axis, rank)).toList();
    if (!isAll && opset < 18) {
      attributes.add(Models.attribute("axes", given));
    } else if (!isAll) {
      inputs.add(integers(given));
    }
    if (!isKept || random.nextBoolean()) {
      attributes.add(Models.attribute("keepdims", isKept ? 1 : 0));
    }
    if (isNothing) {
      attributes.add(Models.attribute("noop_with_empty_axes", 1));
    }
    nodeOf("ReduceProd", inputs, value.type(), dims, attributes.toArray(AttributeProto[]::new));
  }

  private static long fromEnd(List<Long> dims, int axis) {
    return axis > dims.size() ? 1 : dims.get(dims.size() - axis);
  }
}
