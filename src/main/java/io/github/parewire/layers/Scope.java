package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorShapeProto;
import io.github.parewire.onnx.ValueInfoProto;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values that a graph, a subgraph or the body of a called function can name (ONNX IR, "Names
 * Within a Graph"). A subgraph sees the values around it; a function sees its arguments alone.
 */
final class Scope {

  /** What a name stands for. */
  sealed interface Definition {
    /**
     * A stored tensor.
     *
     * @param isDefault whether it is but the default of an input, so that a run may have another
     */
    record Stored(NamedTensor tensor, boolean isDefault) implements Definition {}

    /** The value_floats of a Constant. */
    record Floats(String name, List<Float> values) implements Definition {}

    /** An output of a node that stands in the scope. */
    record Produced(NodeProto node, int output) implements Definition {}

    /** A function's parameter: a value of the caller. */
    record Argument(Scope caller, String name) implements Definition {}

    /** An input of the model whose type says all of its shape, to which runs are held. */
    record Input(List<Long> dims) implements Definition {}

    /** Nothing that can be looked into. */
    record Opaque(String what) implements Definition {}
  }

  /** A definition, and the scope that it was found in. */
  record Found(Scope scope, Definition definition) {}

  /** An input of which nothing is known: its shape in a subgraph may be another in each turn. */
  private static final Definition GRAPH_INPUT = new Definition.Opaque("the graph's input");

  private final Scope parent;
  private final Functions functions;
  private final List<NodeProto> nodes;
  private final List<String> outputs;
  private final int depth;
  private final Map<String, Definition> definitions = new HashMap<>();
  private final Map<String, AttributeProto> arguments = new HashMap<>();
  private final IdentityHashMap<NodeProto, Scope> calls = new IdentityHashMap<>();
  private final IdentityHashMap<GraphProto, Scope> subgraphs = new IdentityHashMap<>();

  private Scope(
      Scope parent, Functions functions, List<NodeProto> nodes, List<String> outputs, int depth) {
    this.parent = parent;
    this.functions = functions;
    this.nodes = nodes;
    this.outputs = outputs;
    this.depth = depth;
    functions.enter(depth);
  }

  /**
   * The scope of a model's main graph.
   *
   * @param where the file, for messages
   */
  static Scope of(String where, ModelProto model) {
    return of(model.getGraph(), null, new Functions(where, model), 0);
  }

  private static Scope of(GraphProto graph, Scope parent, Functions functions, int depth) {
    List<String> outputs = graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    Scope scope = new Scope(parent, functions, graph.getNodeList(), outputs, depth);
    for (ValueInfoProto input : graph.getInputList()) {
      scope.define(input.getName(), depth == 0 ? input(input) : GRAPH_INPUT);
    }
    // Up to IR version 3 every initializer had to be a graph input, too.
    boolean areDefaults = depth > 0 || functions.irVersion() > 3;
    for (TensorProto tensor : graph.getInitializerList()) {
      String name = tensor.getName();
      boolean isDefault = areDefaults && scope.definitions.containsKey(name);
      scope.define(name, new Definition.Stored(new NamedTensor(tensor, name), isDefault));
    }
    for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
      scope.define(tensor.getValues().getName(), new Definition.Opaque("a sparse tensor"));
    }
    scope.defineNodes();
    return scope;
  }

  private static Definition input(ValueInfoProto input) {
    List<TensorShapeProto.Dimension> dims = input.getType().getTensorType().getShape().getDimList();
    // Some exporters write 0 or less for what they do not know.
    return input.getType().getTensorType().hasShape()
            && dims.stream().allMatch(dim -> dim.getDimValue() > 0)
        ? new Definition.Input(dims.stream().map(TensorShapeProto.Dimension::getDimValue).toList())
        : GRAPH_INPUT;
  }

  /** The scope of a subgraph of a node that stands here. */
  Scope subgraph(GraphProto graph) {
    return subgraphs.computeIfAbsent(graph, g -> of(g, this, functions, depth + 1));
  }

  /** The body of the function that a node here calls; empty if the node calls none. */
  Optional<Scope> call(NodeProto node) {
    return functions.of(node).map(f -> calls.computeIfAbsent(node, call -> body(f, call)));
  }

  private Scope body(FunctionProto function, NodeProto call) {
    Scope body =
        new Scope(null, functions, function.getNodeList(), function.getOutputList(), depth + 1);
    for (int i = 0; i < function.getInputCount(); i++) {
      String argument = i < call.getInputCount() ? call.getInput(i) : "";
      body.define(
          function.getInput(i),
          argument.isEmpty()
              ? new Definition.Opaque("an argument not given")
              : new Definition.Argument(this, argument));
    }
    for (AttributeProto attribute : function.getAttributeProtoList()) {
      body.arguments.put(attribute.getName(), attribute);
    }
    for (AttributeProto attribute : call.getAttributeList()) {
      resolve(attribute).ifPresent(a -> body.arguments.put(attribute.getName(), a));
    }
    body.defineNodes();
    return body;
  }

  private void defineNodes() {
    for (NodeProto node : nodes) {
      Optional<TensorProto> constant = constant(node);
      for (int i = 0; i < node.getOutputCount(); i++) {
        String name = node.getOutput(i);
        int output = i;
        if (constant.isPresent()) {
          define(name, new Definition.Stored(new NamedTensor(constant.get(), name), false));
        } else {
          define(
              name,
              floats(node)
                  .<Definition>map(values -> new Definition.Floats(name, values))
                  .orElse(new Definition.Produced(node, output)));
        }
      }
    }
  }

  /** The tensor of a Constant node that has one. */
  private Optional<TensorProto> constant(NodeProto node) {
    return Nodes.isOnnx(node, "Constant")
        ? attribute(node, "value").filter(AttributeProto::hasT).map(AttributeProto::getT)
        : Optional.empty();
  }

  /** The numbers that a Constant node holds as value_floats. */
  private Optional<List<Float>> floats(NodeProto node) {
    return Nodes.isOnnx(node, "Constant")
        ? attribute(node, "value_floats").map(AttributeProto::getFloatsList)
        : Optional.empty();
  }

  private void define(String name, Definition definition) {
    definitions.put(name, definition);
  }

  /** The nodes that stand here, in file order. */
  List<NodeProto> nodes() {
    return nodes;
  }

  /** The names of the values that leave. */
  List<String> outputs() {
    return outputs;
  }

  /** What a name used here stands for; empty if nothing defines it. */
  Optional<Found> find(String name) {
    for (Scope at = this; at != null; at = at.parent) {
      Definition definition = at.definitions.get(name);
      if (definition != null) {
        return Optional.of(new Found(at, definition));
      }
    }
    return Optional.empty();
  }

  /** A node's attribute, through the reference to a function's attribute if it is one. */
  Optional<AttributeProto> attribute(NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .flatMap(this::resolve);
  }

  /** A node's integer attribute, or its default. */
  long integer(NodeProto node, String name, long otherwise) {
    return attribute(node, name).map(AttributeProto::getI).orElse(otherwise);
  }

  /** An attribute, or what it refers to; empty if that is not given. */
  Optional<AttributeProto> resolve(AttributeProto attribute) {
    if (attribute.getRefAttrName().isEmpty()) {
      return Optional.of(attribute);
    }
    for (Scope at = this; at != null; at = at.parent) {
      AttributeProto argument = at.arguments.get(attribute.getRefAttrName());
      if (argument != null) {
        return Optional.of(argument);
      }
    }
    return Optional.empty();
  }
}
