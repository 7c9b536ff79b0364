package io.github.parewire.layers;

import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The local functions of a model, by the key that nodes call them by (ONNX IR, "Functions"). */
final class Functions {

  private static final int MAX_DEPTH = 200;

  /** Nested calls multiply; each takes about a kilobyte. */
  private static final int MAX_SCOPES = 200_000;

  private record Key(String domain, String name, String overload) {}

  private final String where;
  private final Map<Key, FunctionProto> functions = new HashMap<>();
  private final long irVersion;
  private int scopes;

  /**
   * Indexes a model's functions.
   *
   * @param where the file, for messages
   */
  Functions(String where, ModelProto model) {
    this.where = where;
    irVersion = model.getIrVersion();
    for (FunctionProto function : model.getFunctionsList()) {
      functions.put(
          new Key(Nodes.domain(function.getDomain()), function.getName(), function.getOverload()),
          function);
    }
  }

  /** The version of the format that the model is written in. */
  long irVersion() {
    return irVersion;
  }

  /** The function that a node calls; empty if its operator is none of the model's functions. */
  Optional<FunctionProto> of(NodeProto node) {
    return Optional.ofNullable(
        functions.get(
            new Key(Nodes.domain(node.getDomain()), node.getOpType(), node.getOverload())));
  }

  /**
   * Bounds the nesting and the number of called functions and subgraphs.
   *
   * @throws ModelException if they are too deep, as with a function that calls itself, or too many
   */
  void enter(int depth) {
    if (++scopes > MAX_SCOPES) {
      throw new ModelException(
          where,
          "expected at most "
              + MAX_SCOPES
              + " called functions and subgraphs with every call expanded, found more");
    }
    if (depth > MAX_DEPTH) {
      throw new ModelException(
          where,
          "expected functions and subgraphs nested at most " + MAX_DEPTH + " deep, found more",
          "a function must not call itself");
    }
  }
}
