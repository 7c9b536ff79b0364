package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Walks a value back to the stored tensor that it is: through layout nodes, out of subgraphs, from
 * a function's parameter to the argument, and into the function or the branch that made it.
 */
final class Tracer {

  /** More steps than any model needs: only a value that depends on itself takes them. */
  private static final int MAX_STEPS = 1_000_000;

  /** A value on the way back, and the layout node that made it; null if another one did. */
  private record Passed(Scope scope, String value, Definition.Produced layout) {}

  private final String where;
  private final IdentityHashMap<Scope, Map<String, ValueOrigin>> known = new IdentityHashMap<>();
  private final IdentityHashMap<ValueOrigin.Path, View> views = new IdentityHashMap<>();
  private final ConstantEvaluator constants = new ConstantEvaluator(this);

  /** What is known of a path: the view, or why there is none. */
  private record View(TensorView view, UnclearViewException unclear) {

    TensorView get() {
      if (unclear != null) {
        throw unclear;
      }
      return view;
    }
  }

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
  ValueOrigin origin(Scope scope, String name) {
    Deque<Passed> passed = new ArrayDeque<>();
    ValueOrigin origin = null;
    Scope at = scope;
    String value = name;
    for (int step = 0; origin == null; step++) {
      if (step == MAX_STEPS) {
        throw new ModelException(where, "the value '" + name + "' depends on itself");
      }
      Optional<Scope.Found> found = at.find(value);
      if (found.isEmpty()) {
        origin = new ValueOrigin.Other("nothing: no value has the name '" + value + "'");
        break;
      }
      at = found.get().scope();
      origin = knownOrigins(at).get(value);
      if (origin != null) {
        break;
      }
      Definition definition = found.get().definition();
      passed.push(new Passed(at, value, layout(definition)));
      if (definition instanceof Definition.Argument argument) {
        at = argument.caller();
        value = argument.name();
      } else if (definition instanceof Definition.Stored stored) {
        origin = new ValueOrigin.Stored(stored.tensor(), ValueOrigin.Path.EMPTY);
      } else if (definition instanceof Definition.Floats floats) {
        origin = new ValueOrigin.Floats(floats.name(), floats.values().size());
      } else if (definition instanceof Definition.Input input) {
        origin = new ValueOrigin.Input(input.dims());
      } else if (definition instanceof Definition.Opaque opaque) {
        origin = new ValueOrigin.Other(opaque.what());
      } else if (definition instanceof Definition.Produced produced) {
        NodeProto node = produced.node();
        Optional<Scope> body = inside(at, node);
        if (body.isPresent() && produced.output() < body.get().outputs().size()) {
          at = body.get();
          value = at.outputs().get(produced.output());
        } else if (layout(definition) != null) {
          value = Nodes.input(node, 0);
        } else {
          origin = new ValueOrigin.Other("computed by " + Nodes.operator(node));
        }
      }
    }
    return unwind(origin, passed);
  }

  private static Definition.Produced layout(Definition definition) {
    return definition instanceof Definition.Produced produced && isLookedThrough(produced.node())
        ? produced
        : null;
  }

  /** Whether a node's outputs are its first input, moved about, cut or in another type. */
  static boolean isLookedThrough(NodeProto node) {
    return LayoutOperator.isOne(node) || Quantization.isOne(node) || PartOperator.isOne(node);
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
  TensorView view(ValueOrigin.Stored stored) {
    Deque<ValueOrigin.Path> steps = new ArrayDeque<>();
    ValueOrigin.Path known = stored.path();
    for (; known.before() != null && !views.containsKey(known); known = known.before()) {
      steps.push(known);
    }
    View view =
        known.before() == null
            ? view(() -> TensorView.of(stored.tensor().proto().getDimsList()))
            : views.get(known);
    for (ValueOrigin.Path step : steps) {
      View before = view;
      view = view(() -> through(before.get(), step));
      views.put(step, view);
    }
    return view.get();
  }

  private TensorView through(TensorView view, ValueOrigin.Path step) {
    if (Quantization.isOne(step.node())) {
      return view;
    }
    return PartOperator.isOne(step.node())
        ? PartOperator.through(view, step.node(), step.output(), step.scope(), constants)
        : LayoutOperator.through(view, step.node(), step.scope(), constants);
  }

  private static View view(Supplier<TensorView> view) {
    try {
      return new View(view.get(), null);
    } catch (UnclearViewException e) {
      return new View(null, e);
    }
  }

  /**
   * What the integers of a stored tensor mean as weights; empty if it goes through no
   * DequantizeLinear, or is quantized first, as in training that takes account of it.
   *
   * @throws UnclearViewException if that can't be told
   */
  Optional<Quantization> quantization(ValueOrigin.Stored stored) {
    return Quantization.of(stored.path().quantizers(), constants);
  }

  /** The shape of a value that is a stored tensor, or an input of one shape; empty for others. */
  Optional<List<Long>> dims(Scope scope, String name) {
    ValueOrigin origin = origin(scope, name);
    if (origin instanceof ValueOrigin.Input input) {
      return Optional.of(input.dims());
    }
    if (origin instanceof ValueOrigin.Stored stored) {
      try {
        return Optional.of(view(stored).dims());
      } catch (UnclearViewException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Adds the layout nodes passed on the way back, and remembers what each value is. */
  private ValueOrigin unwind(ValueOrigin start, Deque<Passed> passed) {
    ValueOrigin origin = start;
    for (Passed step : passed) {
      if (step.layout() != null && origin instanceof ValueOrigin.Stored stored) {
        origin =
            new ValueOrigin.Stored(
                stored.tensor(),
                stored.path().through(step.layout().node(), step.layout().output(), step.scope()));
      } else if (step.layout() != null && origin instanceof ValueOrigin.Input) {
        origin = new ValueOrigin.Other("an input in another layout");
      }
      knownOrigins(step.scope()).put(step.value(), origin);
    }
    return origin;
  }

  private Map<String, ValueOrigin> knownOrigins(Scope scope) {
    return known.computeIfAbsent(scope, s -> new HashMap<>());
  }
}
