package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Evaluates small integer and boolean vectors as far as they do not depend on the model's inputs:
 * the shape that a Reshape is given, the condition of an If. Truth is 1, a scalar a vector of one.
 */
final class ConstantEvaluator {

  /** No tensor has as many dimensions. */
  private static final int MAX_LENGTH = 256;

  /** Deeper than exporters nest such arithmetic. */
  private static final int MAX_DEPTH = 200;

  private final Tracer tracer;
  private final IdentityHashMap<Scope, Map<String, Optional<List<Long>>>> known =
      new IdentityHashMap<>();
  private int depth;

  /**
   * Makes an evaluator.
   *
   * @param tracer tells which stored tensor's shape a Shape gives
   */
  ConstantEvaluator(Tracer tracer) {
    this.tracer = tracer;
  }

  /** The integers that a value named in a scope always is; empty if that can't be told. */
  Optional<List<Long>> integers(Scope scope, String name) {
    Map<String, Optional<List<Long>>> values = known.computeIfAbsent(scope, s -> new HashMap<>());
    Optional<List<Long>> value = values.get(name);
    if (value == null) {
      if (depth >= MAX_DEPTH) {
        return Optional.empty();
      }
      depth++;
      try {
        value = scope.find(name).flatMap(this::evaluate);
      } finally {
        depth--;
      }
      values.put(name, value);
    }
    return value;
  }

  /**
   * The branch that an If always takes; empty if that depends on the model's inputs, or the node is
   * no If.
   */
  Optional<GraphProto> liveBranch(Scope scope, NodeProto node) {
    if (!Nodes.isOnnx(node, "If")) {
      return Optional.empty();
    }
    return integers(scope, Nodes.input(node, 0))
        .filter(condition -> condition.size() == 1)
        .map(condition -> condition.get(0) != 0 ? "then_branch" : "else_branch")
        .flatMap(branch -> scope.attribute(node, branch))
        .map(AttributeProto::getG);
  }

  private Optional<List<Long>> evaluate(Scope.Found found) {
    Definition definition = found.definition();
    if (definition instanceof Definition.Argument argument) {
      return integers(argument.caller(), argument.name());
    }
    if (definition instanceof Definition.Stored stored) {
      return read(stored.tensor().proto());
    }
    if (definition instanceof Definition.Produced produced) {
      Scope scope = found.scope();
      Optional<Scope> body = scope.call(produced.node());
      if (body.isEmpty()) {
        return evaluate(scope, produced.node());
      }
      List<String> outputs = body.get().outputs();
      return produced.output() < outputs.size()
          ? integers(body.get(), outputs.get(produced.output()))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private Optional<List<Long>> evaluate(Scope scope, NodeProto node) {
    if (!Nodes.domain(node.getDomain()).isEmpty()) {
      return Optional.empty();
    }
    return switch (node.getOpType()) {
      case "Constant" -> attribute(scope, node);
      case "Shape" -> tracer.dims(scope, Nodes.input(node, 0));
      case "Identity", "Cast", "CastLike", "Squeeze", "Unsqueeze", "Reshape" ->
          integers(scope, Nodes.input(node, 0));
      case "Size" -> integers(scope, Nodes.input(node, 0)).map(v -> List.of((long) v.size()));
      case "Not" -> integers(scope, Nodes.input(node, 0)).map(ConstantEvaluator::not);
      case "Equal" -> combine(scope, node, (a, b) -> a.equals(b) ? 1L : 0L);
      case "And" -> combine(scope, node, (a, b) -> a != 0 && b != 0 ? 1L : 0L);
      case "Or" -> combine(scope, node, (a, b) -> a != 0 || b != 0 ? 1L : 0L);
      default -> Optional.empty();
    };
  }

  private static List<Long> not(List<Long> values) {
    return values.stream().map(value -> value == 0 ? 1L : 0L).toList();
  }

  private Optional<List<Long>> combine(
      Scope scope, NodeProto node, BinaryOperator<Long> operation) {
    Optional<List<Long>> first = integers(scope, Nodes.input(node, 0));
    Optional<List<Long>> second = integers(scope, Nodes.input(node, 1));
    if (first.isEmpty() || second.isEmpty() || first.get().size() != second.get().size()) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, first.get().size())
            .mapToObj(i -> operation.apply(first.get().get(i), second.get().get(i)))
            .toList());
  }

  private static Optional<List<Long>> attribute(Scope scope, NodeProto constant) {
    return Stream.of(
            scope.attribute(constant, "value_ints").map(AttributeProto::getIntsList),
            scope.attribute(constant, "value_int").map(a -> List.of(a.getI())))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<List<Long>> read(TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL || tensor.hasSegment()) {
      return Optional.empty();
    }
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == TensorProto.DataType.INT64) {
      return tensor.hasRawData()
          ? readRaw(tensor, Long.BYTES)
          : Optional.of(tensor.getInt64DataList());
    }
    if (type == TensorProto.DataType.INT32) {
      return tensor.hasRawData() ? readRaw(tensor, Integer.BYTES) : readInt32Data(tensor);
    }
    if (type == TensorProto.DataType.BOOL || type == TensorProto.DataType.INT8) {
      return tensor.hasRawData() ? readRaw(tensor, Byte.BYTES) : readInt32Data(tensor);
    }
    if (type == TensorProto.DataType.UINT8) {
      return tensor.hasRawData()
          ? readRaw(tensor, Byte.BYTES)
              .map(bytes -> bytes.stream().map(value -> value & 0xff).toList())
          : readInt32Data(tensor);
    }
    return Optional.empty();
  }

  private static Optional<List<Long>> readInt32Data(TensorProto tensor) {
    return Optional.of(tensor.getInt32DataList().stream().map(Integer::longValue).toList());
  }

  private static Optional<List<Long>> readRaw(TensorProto tensor, int width) {
    ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() > MAX_LENGTH * width) {
      return Optional.empty();
    }
    List<Long> integers = new ArrayList<>();
    while (bytes.remaining() >= width) {
      integers.add(
          switch (width) {
            case Long.BYTES -> bytes.getLong();
            case Integer.BYTES -> (long) bytes.getInt();
            default -> (long) bytes.get();
          });
    }
    return Optional.of(integers);
  }
}
