package io.github.parewire.layers;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.Fans;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through all nodes in the order of the file, into subgraphs and called functions where they
 * stand, and writes down who reads each stored tensor, and how.
 */
final class UseCollector {

  /** Their inputs 1 and 2 are [directions, gates x hidden, inputs] and the same of hidden ones. */
  private static final Set<String> RECURRENT = Set.of("RNN", "GRU", "LSTM");

  /** Nested calls multiply; no model comes near this. */
  private static final long MAX_NODES = 20_000_000;

  /** They see a tensor's shape and none of its elements. */
  private static final Set<String> SHAPE_READERS = Set.of("Shape", "Size");

  private final String where;
  private final GroupMode groups;
  private final Tracer tracer;
  private final IdentityHashMap<TensorProto, TensorUses> byTensor = new IdentityHashMap<>();
  private final List<TensorUses> inOrder = new ArrayList<>();
  private final List<TensorUses> weightsInOrder = new ArrayList<>();
  private final Set<ValueOrigin.Floats> vectors = new LinkedHashSet<>();
  private final List<NamedTensor> dead = new ArrayList<>();
  private final IdentityHashMap<TensorProto, String> lookedAt = new IdentityHashMap<>();
  private final IdentityHashMap<TensorProto, WeightUse> recurrent = new IdentityHashMap<>();
  private long visited;

  UseCollector(String where, GroupMode groups) {
    this.where = where;
    this.groups = groups;
    this.tracer = new Tracer(where);
  }

  /**
   * Collects the uses of all tensors that a graph reaches: first those that an operator reads as a
   * weight, in the order of the first such use, then the others.
   */
  List<TensorUses> collect(Scope main) {
    visit(main);
    for (String output : main.outputs()) {
      use(main, output, "an output of the model");
    }
    List<TensorUses> all = new ArrayList<>(weightsInOrder);
    inOrder.stream().filter(uses -> !uses.areOfWeight()).forEach(all::add);
    return all;
  }

  /** Weights that are no tensors, of those collected. */
  Set<ValueOrigin.Floats> vectors() {
    return vectors;
  }

  /** The tensors, perhaps more than once, that branches read which never run. */
  List<NamedTensor> dead() {
    return dead;
  }

  /** How a recurrent layer uses a tensor as its weight; empty if none does. */
  Optional<WeightUse> recurrent(TensorProto tensor) {
    return Optional.ofNullable(recurrent.get(tensor));
  }

  /** How a tensor is read by what computes nothing with its elements; empty if it is not. */
  Optional<String> lookedAt(TensorProto tensor) {
    return Optional.ofNullable(lookedAt.get(tensor));
  }

  private void visit(Scope scope) {
    for (NodeProto node : scope.nodes()) {
      countVisit();
      Optional<Scope> body = scope.call(node);
      if (body.isPresent()) {
        visit(body.get());
      } else if (SHAPE_READERS.contains(node.getOpType())) {
        lookAt(scope, node, "only its shape is read, by " + node.getOpType());
      } else if (Tracer.isLookedThrough(node)) {
        lookAt(scope, node, "read by " + node.getOpType() + ", whose result nothing reads");
        visitParameters(scope, node);
      } else {
        visitInputs(scope, node);
      }
      visitSubgraphs(scope, node);
    }
  }

  private void countVisit() {
    if (++visited > MAX_NODES) {
      throw new ModelException(
          where, "expected at most " + MAX_NODES + " nodes with every call expanded");
    }
  }

  private void visitSubgraphs(Scope scope, NodeProto node) {
    Optional<GraphProto> live = tracer.constants().liveBranch(scope, node);
    if (live.isPresent()) {
      // What leaves it is traced through the If's output.
      visit(scope.subgraph(live.get()));
      tracer.constants().deadBranch(scope, node).ifPresent(graph -> visitDead(scope, graph));
      return;
    }
    subgraphs(scope, node).forEach(graph -> visitGraph(scope, graph));
  }

  /** Notes what a graph reads that is never run. */
  private void visitDead(Scope scope, GraphProto graph) {
    graph.getInitializerList().forEach(t -> dead.add(new NamedTensor(t, t.getName())));
    visitDead(scope.subgraph(graph));
  }

  private void visitDead(Scope scope) {
    scope.outputs().forEach(output -> readDead(scope, output));
    for (NodeProto node : scope.nodes()) {
      countVisit();
      Optional<Scope> body = scope.call(node);
      if (body.isPresent()) {
        visitDead(body.get());
      } else {
        node.getInputList().forEach(input -> readDead(scope, input));
      }
      subgraphs(scope, node).forEach(graph -> visitDead(scope, graph));
    }
  }

  private void readDead(Scope scope, String name) {
    if (!name.isEmpty() && tracer.origin(scope, name) instanceof ValueOrigin.Stored stored) {
      dead.add(stored.tensor());
    }
  }

  private void lookAt(Scope scope, NodeProto node, String how) {
    if (tracer.origin(scope, Nodes.input(node, 0)) instanceof ValueOrigin.Stored stored) {
      lookedAt.putIfAbsent(stored.tensor().proto(), how);
    }
  }

  /** The inputs that say what a layout node or a DequantizeLinear does to its first one. */
  private void visitParameters(Scope scope, NodeProto node) {
    for (String input : node.getInputList().subList(1, node.getInputCount())) {
      use(scope, input, "read by " + node.getOpType());
    }
  }

  private static List<GraphProto> subgraphs(Scope scope, NodeProto node) {
    List<GraphProto> graphs = new ArrayList<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      AttributeProto resolved =
          scope.resolve(attribute).orElse(AttributeProto.getDefaultInstance());
      if (resolved.hasG()) {
        graphs.add(resolved.getG());
      }
      graphs.addAll(resolved.getGraphsList());
    }
    return graphs;
  }

  private void visitGraph(Scope scope, GraphProto graph) {
    Scope inner = scope.subgraph(graph);
    visit(inner);
    for (String output : inner.outputs()) {
      use(inner, output, "an output of a subgraph");
    }
  }

  private void visitInputs(Scope scope, NodeProto node) {
    Optional<WeightOperator> operator = WeightOperator.of(node);
    for (int i = 0; i < node.getInputCount(); i++) {
      if (operator.isEmpty() || !operator.get().isWeight(i)) {
        use(scope, node.getInput(i), Nodes.reading(node));
        if ((i == 1 || i == 2) && RECURRENT.stream().anyMatch(name -> Nodes.isOnnx(node, name))) {
          useInRecurrence(scope, node, i);
        }
      } else if (i == 0 && isStored(scope, Nodes.input(node, 1))) {
        // Of two constants the first is what the layer is applied to, such as a learned query.
        use(scope, node.getInput(i), Nodes.reading(node) + ", whose weight is the other input");
      } else {
        useAsWeight(scope, node, operator.get(), i);
      }
    }
  }

  private void useInRecurrence(Scope scope, NodeProto node, int input) {
    if (tracer.origin(scope, node.getInput(input)) instanceof ValueOrigin.Stored stored) {
      try {
        TensorView view = tracer.view(stored);
        if (view.dims().size() == 3) {
          MatrixStack matrices = new MatrixStack(view);
          WeightUse use =
              new WeightUse(
                  node.getOpType(),
                  node.getName(),
                  matrices,
                  new Fans(matrices.shape().inputs(), matrices.shape().outputs(), 1),
                  view,
                  Optional.empty(),
                  Optional.empty());
          recurrent.putIfAbsent(stored.tensor().proto(), use);
        }
      } catch (UnclearViewException e) {
        // What can't be told is listed as any other tensor, without its strengths.
        return;
      }
    }
  }

  private boolean isStored(Scope scope, String name) {
    return tracer.origin(scope, name) instanceof ValueOrigin.Stored;
  }

  private void useAsWeight(Scope scope, NodeProto node, WeightOperator operator, int input) {
    ValueOrigin origin = tracer.origin(scope, node.getInput(input));
    if (origin instanceof ValueOrigin.Stored stored) {
      TensorUses uses = uses(stored.tensor());
      try {
        WeightUse use = weight(stored, scope, node, operator, input);
        if (!uses.areOfWeight()) {
          weightsInOrder.add(uses);
        }
        uses.add(use);
      } catch (UnclearViewException e) {
        uses.setMatrix();
        uses.add("weight of " + node.getOpType() + ", but " + e.getMessage());
      } catch (IllegalArgumentException | ArithmeticException e) {
        uses.setMatrix();
        uses.add("weight of " + node.getOpType() + ", but its shape does not fit");
      }
    } else if (origin instanceof ValueOrigin.Floats floats) {
      vectors.add(floats);
    }
  }

  /**
   * How a node uses a tensor as its weight.
   *
   * @throws UnclearViewException if that can't be told
   * @throws IllegalArgumentException if the tensor's shape does not fit
   * @throws ArithmeticException if its shape overflows
   */
  private WeightUse weight(
      ValueOrigin.Stored stored, Scope scope, NodeProto node, WeightOperator operator, int input) {
    TensorView view = tracer.view(stored);
    MatrixStack matrices = operator.matrices(view, input, node, scope, groups);
    return new WeightUse(
        node.getOpType(),
        node.getName(),
        matrices,
        operator.fans(view, matrices, node, scope),
        operator.parameter(view, input, node, scope),
        tracer.quantization(stored),
        input == 0 ? doubt(view, node) : Optional.empty());
  }

  /** What speaks against a weight on the left: those that are batched there are activations. */
  private static Optional<String> doubt(TensorView view, NodeProto node) {
    List<Long> dims = view.dims();
    return dims.size() > 2 && ViewStep.product(dims.subList(0, dims.size() - 2)) == 1
        ? Optional.of(
            "the first input of "
                + Nodes.operator(node)
                + " in "
                + dims.size()
                + " dimensions: a query or an activation rather than a weight")
        : Optional.empty();
  }

  private void use(Scope scope, String name, String how) {
    if (!name.isEmpty() && tracer.origin(scope, name) instanceof ValueOrigin.Stored stored) {
      TensorUses uses = uses(stored.tensor());
      uses.add(stored.path().isCut() ? how + ", in parts" : how);
      if (isVectorAsMatrix(stored)) {
        uses.setMatrix();
      }
    }
  }

  /** Whether a value is a floating point vector in another shape, of two dimensions that count. */
  private boolean isVectorAsMatrix(ValueOrigin.Stored stored) {
    TensorProto tensor = stored.tensor().proto();
    if (tensor.getDimsCount() != 1
        || ElementType.of(tensor.getDataType()).filter(ElementType::isFloatingPoint).isEmpty()) {
      return false;
    }
    try {
      return tracer.view(stored).dims().stream().filter(dim -> dim > 1).count() > 1;
    } catch (UnclearViewException e) {
      return true;
    }
  }

  private TensorUses uses(NamedTensor tensor) {
    return byTensor.computeIfAbsent(
        tensor.proto(),
        proto -> {
          TensorUses uses = new TensorUses(tensor);
          inOrder.add(uses);
          return uses;
        });
  }
}
