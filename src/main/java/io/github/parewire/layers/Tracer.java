package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.model.ModelException;
import io.github.parewire.onnx.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks a value back to the stored tensor that it is: through layout nodes, out of subgraphs, from
 * a function's parameter to the argument, and into the function or the branch that made it.
 */
final class Tracer {

  /** More steps than any model needs: only a value that depends on itself takes them. */
  private static final int MAX_STEPS = 1_000_000;

  private record Passed(NodeProto node, Scope scope) {}

  private final String where;
  private final IdentityHashMap<Scope, Map<String, Origin>> known = new IdentityHashMap<>();
  private final ConstantEvaluator constants = new ConstantEvaluator(this);

  /**
   * Makes a tracer.
   *
   * @param where the file, for messages
   */
  Tracer(String where) {
    this.where = where;
  }

  /**
   * Where a value comes from.
   *
   * @param scope where the name is used
   * @throws ModelException if the value depends on itself
   */
  Origin origin(Scope scope, String name) {
    Deque<Passed> passed = new ArrayDeque<>();
    Origin origin = null;
    Scope at = scope;
    String value = name;
    for (int step = 0; origin == null; step++) {
      if (step == MAX_STEPS) {
        throw new ModelException(where, "the value '" + name + "' depends on itself", "");
      }
      Optional<Scope.Found> found = at.find(value);
      if (found.isEmpty()) {
        origin = new Origin.Other("nothing: no value has the name '" + value + "'");
        break;
      }
      at = found.get().scope();
      Definition definition = found.get().definition();
      if (definition instanceof Definition.Argument argument) {
        at = argument.caller();
        value = argument.name();
      } else if (definition instanceof Definition.Stored stored) {
        origin = new Origin.Stored(stored.holder(), Origin.Path.EMPTY);
      } else if (definition instanceof Definition.Floats floats) {
        origin = new Origin.Floats(floats.name(), floats.length());
      } else if (definition instanceof Definition.Opaque opaque) {
        origin = new Origin.Other(opaque.what());
      } else if (definition instanceof Definition.Produced produced) {
        NodeProto node = produced.node();
        Optional<Scope> body = inside(at, node);
        if (body.isPresent() && produced.output() < body.get().outputs().size()) {
          at = body.get();
          value = at.outputs().get(produced.output());
        } else if (LayoutOperator.isOne(node) || Quantization.isOne(node)) {
          origin = knownOrigins(at).get(value);
          if (origin == null) {
            passed.push(new Passed(node, at));
            value = Nodes.input(node, 0);
          }
        } else {
          origin = new Origin.Other("computed by " + Nodes.operator(node));
        }
      }
    }
    return unwind(origin, passed);
  }

  /** The scope that the outputs of a node come from: a function's body, or an If's live branch. */
  private Optional<Scope> inside(Scope scope, NodeProto node) {
    return scope.call(node).or(() -> constants.liveBranch(scope, node).map(scope::subgraph));
  }

  /** The constants that nodes are given. */
  ConstantEvaluator constants() {
    return constants;
  }

  /**
   * A stored tensor as a value shows it.
   *
   * @throws UnclearViewException if that can't be told
   */
  MatrixView view(Origin.Stored stored) {
    MatrixView view = MatrixView.of(stored.holder().tensor().getDimsList());
    for (Origin.Path step : stored.path().inOrder()) {
      if (Quantization.isOne(step.node())) {
        continue;
      }
      view = LayoutOperator.through(view, step.node(), step.scope(), constants);
    }
    return view;
  }

  /**
   * What the integers of a stored tensor mean as weights; empty if it goes through no
   * DequantizeLinear.
   *
   * @throws UnclearViewException if that can't be told
   */
  Optional<Quantization> quantization(Origin.Stored stored) {
    Optional<Quantization> quantization = Optional.empty();
    for (Origin.Path step : stored.path().inOrder()) {
      if (Quantization.isOne(step.node())) {
        if (quantization.isPresent()) {
          throw new UnclearViewException("it is dequantized twice");
        }
        quantization = Optional.of(Quantization.of(step.node(), step.scope(), constants));
      }
    }
    return quantization;
  }

  /** The shape of a value that is a stored tensor; empty for others. */
  Optional<List<Long>> dims(Scope scope, String name) {
    if (origin(scope, name) instanceof Origin.Stored stored) {
      try {
        return Optional.of(view(stored).dims());
      } catch (UnclearViewException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Adds the layout nodes passed on the way back, and remembers what each of them produces. */
  private Origin unwind(Origin start, Deque<Passed> passed) {
    Origin origin = start;
    for (Passed node : passed) {
      if (origin instanceof Origin.Stored stored) {
        origin =
            new Origin.Stored(
                stored.holder(), new Origin.Path(stored.path(), node.node(), node.scope()));
      }
      knownOrigins(node.scope()).put(node.node().getOutput(0), origin);
    }
    return origin;
  }

  private Map<String, Origin> knownOrigins(Scope scope) {
    return known.computeIfAbsent(scope, s -> new HashMap<>());
  }
}
