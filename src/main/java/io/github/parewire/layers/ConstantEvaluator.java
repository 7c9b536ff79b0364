package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto.DataType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Evaluates small integer and boolean tensors as far as they do not depend on the model's inputs:
 * the shape that a Reshape is given, the condition of an If. It gives what the operator's version
 * of the specification says, or gives up.
 */
final class ConstantEvaluator {

  /** Deeper than exporters nest such arithmetic. */
  private static final int MAX_DEPTH = 200;

  private final Tracer tracer;
  private final IdentityHashMap<Scope, Map<String, Optional<SmallConstant>>> known =
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

  /**
   * The elements, row-major, that a value named in a scope always has; truth is 1. Empty if that
   * can't be told.
   */
  Optional<List<Long>> integers(Scope scope, String name) {
    return constant(scope, name).map(SmallConstant::values);
  }

  /** The tensor that a value named in a scope always is; empty if that can't be told. */
  Optional<SmallConstant> constant(Scope scope, String name) {
    Map<String, Optional<SmallConstant>> values =
        known.computeIfAbsent(scope, s -> new HashMap<>());
    Optional<SmallConstant> value = values.get(name);
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
   * The elements of a float32 tensor that a value named in a scope always is: a stored one, or one
   * that a Constant holds as numbers. Empty if that can't be told.
   */
  Optional<List<Float>> floats(Scope scope, String name) {
    Scope at = scope;
    String value = name;
    for (int step = 0; step < MAX_DEPTH; step++) {
      Optional<Scope.Found> found = at.find(value);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      at = found.get().scope();
      Definition definition = found.get().definition();
      if (definition instanceof Definition.Stored stored) {
        return stored.isDefault()
            ? Optional.empty()
            : SmallConstant.floats(stored.tensor().proto());
      } else if (definition instanceof Definition.Floats floats) {
        return Optional.of(floats.values());
      } else if (definition instanceof Definition.Argument argument) {
        at = argument.caller();
        value = argument.name();
      } else if (definition instanceof Definition.Produced produced
          && Nodes.isOnnx(produced.node(), "Identity")) {
        value = Nodes.input(produced.node(), 0);
      } else {
        return definition instanceof Definition.Produced produced
                && Nodes.isOnnx(produced.node(), "Constant")
            ? at.attribute(produced.node(), "value_float").map(AttributeProto::getF).map(List::of)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * The branch that an If always takes; empty if that depends on the model's inputs, or the node is
   * no If.
   */
  Optional<GraphProto> liveBranch(Scope scope, NodeProto node) {
    return branch(scope, node, "then_branch", "else_branch");
  }

  /** The branch that an If never takes; empty where {@link #liveBranch} is. */
  Optional<GraphProto> deadBranch(Scope scope, NodeProto node) {
    return branch(scope, node, "else_branch", "then_branch");
  }

  private Optional<GraphProto> branch(Scope scope, NodeProto node, String ifTrue, String ifFalse) {
    if (!Nodes.isOnnx(node, "If")) {
      return Optional.empty();
    }
    return integers(scope, Nodes.input(node, 0))
        .filter(condition -> condition.size() == 1)
        .map(condition -> condition.get(0) != 0 ? ifTrue : ifFalse)
        .flatMap(branch -> scope.attribute(node, branch))
        .map(AttributeProto::getG);
  }

  private Optional<SmallConstant> evaluate(Scope.Found found) {
    Definition definition = found.definition();
    if (definition instanceof Definition.Argument argument) {
      return constant(argument.caller(), argument.name());
    }
    if (definition instanceof Definition.Stored stored) {
      return stored.isDefault() ? Optional.empty() : SmallConstant.of(stored.tensor().proto());
    }
    if (definition instanceof Definition.Produced produced) {
      Scope scope = found.scope();
      Optional<Scope> body = scope.call(produced.node());
      if (body.isEmpty()) {
        return evaluate(scope, produced.node());
      }
      List<String> outputs = body.get().outputs();
      return produced.output() < outputs.size()
          ? constant(body.get(), outputs.get(produced.output()))
          : Optional.empty();
    }
    return Optional.empty();
  }

  /** What the operator gives in every version of ONNX that has it, or nothing. */
  private Optional<SmallConstant> evaluate(Scope scope, NodeProto node) {
    if (!Nodes.domain(node.getDomain()).isEmpty()) {
      return Optional.empty();
    }
    Operands operands = new Operands(scope, node, this);
    String operator = node.getOpType();
    try {
      if (ElementwiseOperator.isOne(operator)) {
        return Optional.of(ElementwiseOperator.of(operands));
      }
      if (IndexOperator.isOne(operator)) {
        return Optional.of(IndexOperator.of(operands));
      }
      if (FillOperator.isOne(operator)) {
        return Optional.of(FillOperator.of(operands));
      }
      return switch (operator) {
        case "Constant" -> attribute(scope, node);
        case "Shape" -> dims(operands).map(dims -> SmallConstant.vector(part(operands, dims)));
        case "Size" -> dims(operands).map(dims -> SmallConstant.scalar(ViewStep.product(dims)));
        case "Identity" -> Optional.of(operands.get(0));
        case "Cast" -> cast(operands);
        case "CastLike" -> operands.get(0).cast(operands.get(1).type());
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshape(operands);
        default -> Optional.empty();
      };
    } catch (UnclearViewException | ArithmeticException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** The shape of a node's first input. */
  private Optional<List<Long>> dims(Operands operands) {
    Scope scope = operands.scope();
    String input = Nodes.input(operands.node(), 0);
    return constant(scope, input).map(SmallConstant::dims).or(() -> tracer.dims(scope, input));
  }

  /** The dimensions that a Shape is to give (ONNX operators, Shape-15). */
  private static List<Long> part(Operands operands, List<Long> dims) {
    int rank = dims.size();
    int start = position(operands.integer("start", 0), rank);
    int end = position(operands.integer("end", rank), rank);
    return start < end ? dims.subList(start, end) : List.of();
  }

  private static int position(long axis, int rank) {
    return (int) Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
  }

  private static Optional<SmallConstant> cast(Operands operands) {
    DataType to = DataType.forNumber((int) operands.integer("to", 0));
    return to == null ? Optional.empty() : operands.get(0).cast(to);
  }

  private Optional<SmallConstant> reshape(Operands operands) {
    SmallConstant value = operands.get(0);
    return value.reshape(
        LayoutOperator.reshaped(value.dims(), operands.node(), operands.scope(), this));
  }

  private static Optional<SmallConstant> attribute(Scope scope, NodeProto constant) {
    return Stream.of(
            scope.attribute(constant, "value_ints").map(a -> SmallConstant.vector(a.getIntsList())),
            scope.attribute(constant, "value_int").map(a -> SmallConstant.scalar(a.getI())))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
