package io.github.parewire;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.IndexTensor;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Models.Graph;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What stands between a stored tensor and its operator. Each case says which shape is stored, what
 * the operator then sees, and adds the nodes.
 */
enum LayoutCase {
  DIRECT,

  /** Two Identity nodes. */
  IDENTITY {
    @Override
    String weight(Graph graph, Layer layer) {
      graph.node("Identity", List.of(layer.stored()), layer.name("once"));
      graph.node("Identity", List.of(layer.name("once")), layer.name("twice"));
      return layer.name("twice");
    }
  },

  /** Transpose with the axes rotated: stored [k, a, b], seen [a, b, k]. */
  TRANSPOSE {
    @Override
    int[] stored(int[] seen) {
      return rotate(seen, seen.length - 1);
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.transpose(rotate(axes(seen.length), 1));
    }

    @Override
    String weight(Graph graph, Layer layer) {
      List<Long> perm = longs(rotate(axes(layer.seen().length), 1));
      graph.node(
          "Transpose",
          List.of(layer.stored()),
          layer.name("moved"),
          Models.attribute("perm", perm));
      return layer.name("moved");
    }
  },

  /** Transpose without perm: the axes reversed. */
  TRANSPOSE_DEFAULT {
    @Override
    int[] stored(int[] seen) {
      return reverse(seen);
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.transpose(reverse(axes(seen.length)));
    }

    @Override
    String weight(Graph graph, Layer layer) {
      graph.node("Transpose", List.of(layer.stored()), layer.name("moved"));
      return layer.name("moved");
    }
  },

  /** Reshape from one dimension, its first axis left to be worked out. */
  RESHAPE {
    @Override
    int[] stored(int[] seen) {
      return new int[] {1, Arrays.stream(seen).reduce(1, Math::multiplyExact)};
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.reshape(seen);
    }

    @Override
    String weight(Graph graph, Layer layer) {
      List<Long> shape = longs(layer.seen());
      shape.set(0, -1L);
      graph.integers(layer.name("shape"), shape);
      graph.node("Reshape", List.of(layer.stored(), layer.name("shape")), layer.name("moved"));
      return layer.name("moved");
    }
  },

  /** Cast to float32. */
  CAST {
    @Override
    DataType computed(DataType stored) {
      return DataType.FLOAT;
    }

    @Override
    String weight(Graph graph, Layer layer) {
      graph.node(
          "Cast",
          List.of(layer.stored()),
          layer.name("cast"),
          Models.attribute("to", DataType.FLOAT_VALUE));
      return layer.name("cast");
    }
  },

  /** Flatten from [1, a, b], for operators that take two dimensions. */
  FLATTEN {
    @Override
    boolean suits(OperatorCase operator) {
      return operator.dims().length == 2;
    }

    @Override
    int[] stored(int[] seen) {
      return new int[] {seen[0], 1, seen[1]};
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.reshape(seen);
    }

    @Override
    String weight(Graph graph, Layer layer) {
      graph.node(
          "Flatten", List.of(layer.stored()), layer.name("flat"), Models.attribute("axis", -1));
      return layer.name("flat");
    }
  },

  /** Unsqueeze before the first axis and behind the last, then Squeeze of both. */
  SQUEEZE {
    @Override
    String weight(Graph graph, Layer layer) {
      graph.integers(layer.name("axes"), List.of(0L, -1L));
      graph.node("Unsqueeze", List.of(layer.stored(), layer.name("axes")), layer.name("more"));
      graph.node("Squeeze", List.of(layer.name("more"), layer.name("axes")), layer.name("less"));
      return layer.name("less");
    }
  },

  /** Transpose, Reshape, Transpose. */
  CHAIN {
    @Override
    int[] stored(int[] seen) {
      return new int[] {seen[0], Arrays.stream(seen).skip(1).reduce(1, Math::multiplyExact)};
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.transpose(1, 0).reshape(reverse(seen)).transpose(reverse(axes(seen.length)));
    }

    @Override
    String weight(Graph graph, Layer layer) {
      graph.integers(layer.name("shape"), longs(reverse(layer.seen())));
      graph.node("Transpose", List.of(layer.stored()), layer.name("first"));
      graph.node(
          "Reshape", List.of(layer.name("first"), layer.name("shape")), layer.name("second"));
      graph.node("Transpose", List.of(layer.name("second")), layer.name("third"));
      return layer.name("third");
    }
  },

  /** The operator in both branches of an If, the tensor around them. */
  IF_CAPTURE {
    @Override
    void add(Models models, Layer layer, Storage storage, Weights weights) {
      models.graph().weights(layer.stored(), storage, weights);
      DataType type = weights.type().dataType();
      addIf(
          models, layer, branch(models, layer, "then", type), branch(models, layer, "else", type));
    }
  },

  /** The operator and the tensor in one branch of an If. */
  IF_INNER {
    @Override
    void add(Models models, Layer layer, Storage storage, Weights weights) {
      Graph inner = models.subgraph(layer.name("then")).weights(layer.stored(), storage, weights);
      DataType type = weights.type().dataType();
      Graph then =
          layer.operate(inner, layer.stored(), layer.name("y")).output(layer.name("y"), type);
      Graph otherwise =
          models
              .subgraph(layer.name("else"))
              .node("Identity", List.of(layer.x()), layer.name("other"))
              .output(layer.name("other"), type);
      addIf(models, layer, then, otherwise);
    }
  },

  /**
   * An argument of a local function, in which it is transposed; the permutation and the operator's
   * attribute are the call's.
   */
  FUNCTION {
    @Override
    int[] stored(int[] seen) {
      return reverse(seen);
    }

    @Override
    IndexTensor seen(IndexTensor stored, int[] seen) {
      return stored.transpose(reverse(axes(seen.length)));
    }

    @Override
    void add(Models models, Layer layer, Storage storage, Weights weights) {
      String setting = layer.operator().attributeName();
      AttributeProto perm = Models.reference("perm", AttributeProto.AttributeType.INTS, "order");
      AttributeProto[] given =
          setting.isEmpty()
              ? new AttributeProto[0]
              : new AttributeProto[] {
                Models.reference(setting, AttributeProto.AttributeType.INT, "setting")
              };
      FunctionProto.Builder function =
          FunctionProto.newBuilder()
              .setName(layer.name("function"))
              .addInput("x")
              .addInput("w")
              .addOutput("y")
              .addAttribute("order")
              .addNode(Models.node("", "Transpose", List.of("w"), "v", perm))
              .addNode(
                  Models.node(
                      "",
                      layer.operator().operator(),
                      layer.operator().inputs("x", "v"),
                      "y",
                      given));
      NodeProto.Builder call =
          Models.node(
              Models.FUNCTION_DOMAIN,
              layer.name("function"),
              List.of(layer.x(), layer.stored()),
              layer.y(),
              Models.attribute("order", longs(reverse(axes(layer.seen().length)))))
              .toBuilder();
      if (!setting.isEmpty()) {
        function.addAttribute("setting");
        call.addAttribute(layer.operator().attributes()[0].toBuilder().setName("setting"));
      }
      models.function(function);
      models.graph().weights(layer.stored(), storage, weights).add(call.build());
    }
  },

  /** IR version 3: an initializer is a graph input too. */
  GRAPH_INPUT {
    @Override
    void add(Models models, Layer layer, Storage storage, Weights weights) {
      models.ir(3).opset(11);
      if (!storage.isConstant()) {
        models.graph().input(layer.stored(), weights.type().dataType());
      }
      super.add(models, layer, storage, weights);
    }
  };

  /**
   * A layer in a model.
   *
   * @param number tells its names from those of the others
   */
  record Layer(int number, OperatorCase operator) {

    String name(String role) {
      return role + "_" + number;
    }

    String stored() {
      return name("w");
    }

    String x() {
      return name("x");
    }

    String y() {
      return name("out");
    }

    int[] seen() {
      return operator.dims();
    }

    Graph operate(Graph graph, String weight, String output) {
      return graph.node(
          operator.operator(), operator.inputs(x(), weight), output, operator.attributes());
    }
  }

  /** Whether an operator can stand behind this layout. */
  boolean suits(OperatorCase operator) {
    return true;
  }

  /** The stored shape by which the operator gets the shape {@code seen}. */
  int[] stored(int[] seen) {
    return seen;
  }

  /** What the operator gets. */
  IndexTensor seen(IndexTensor stored, int[] seen) {
    return stored;
  }

  /** The type of the operator's other input. */
  DataType computed(DataType stored) {
    return stored;
  }

  /** Adds tensor, layout nodes and operator. */
  void add(Models models, Layer layer, Storage storage, Weights weights) {
    Graph graph = models.graph().weights(layer.stored(), storage, weights);
    layer.operate(graph, weight(graph, layer), layer.y());
  }

  /** Adds layout nodes, and gives the name of the value behind them. */
  String weight(Graph graph, Layer layer) {
    return layer.stored();
  }

  private static Graph branch(Models models, Layer layer, String name, DataType type) {
    Graph branch = models.subgraph(layer.name(name));
    return layer
        .operate(branch, layer.stored(), layer.name("y_" + name))
        .output(layer.name("y_" + name), type);
  }

  private static void addIf(Models models, Layer layer, Graph then, Graph otherwise) {
    models
        .graph()
        .condition(layer.name("condition"))
        .node(
            "If",
            List.of(layer.name("condition")),
            layer.y(),
            Models.attribute("then_branch", then),
            Models.attribute("else_branch", otherwise));
  }

  private static int[] axes(int rank) {
    return IntStream.range(0, rank).toArray();
  }

  /** Element i of the result is element i + by. */
  private static int[] rotate(int[] values, int by) {
    return IntStream.range(0, values.length).map(i -> values[(i + by) % values.length]).toArray();
  }

  private static int[] reverse(int[] values) {
    return IntStream.range(0, values.length).map(i -> values[values.length - 1 - i]).toArray();
  }

  private static List<Long> longs(int[] values) {
    return new ArrayList<>(Arrays.stream(values).asLongStream().boxed().toList());
  }
}
