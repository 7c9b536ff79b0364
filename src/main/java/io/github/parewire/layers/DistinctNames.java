package io.github.parewire.layers;

import com.google.protobuf.ByteString;
import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Checks that names which are no UTF-8 stay apart. ONNX demands UTF-8, and operators find values by
 * name, so two names of other bytes that are read as one would make two tensors one.
 */
final class DistinctNames {

  /** What stands for bytes that are no UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  private final String where;
  private final Map<String, ByteString> bytes = new HashMap<>();

  private DistinctNames(String where) {
    this.where = where;
  }

  /**
   * Checks all names of values in a model.
   *
   * @param where the file, for messages
   * @throws ModelException if two that differ are read as one
   */
  static void require(String where, ModelProto model) {
    DistinctNames names = new DistinctNames(where);
    names.visit(model.getGraph());
    for (FunctionProto function : model.getFunctionsList()) {
      for (int i = 0; i < function.getInputCount(); i++) {
        int input = i;
        names.add(function.getInput(i), () -> function.getInputBytes(input));
      }
      names.visit(function.getNodeList());
    }
  }

  private void visit(GraphProto graph) {
    graph.getInitializerList().forEach(t -> add(t.getName(), t::getNameBytes));
    graph.getInputList().forEach(input -> add(input.getName(), input::getNameBytes));
    visit(graph.getNodeList());
  }

  private void visit(List<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      for (int i = 0; i < node.getInputCount(); i++) {
        int input = i;
        add(node.getInput(i), () -> node.getInputBytes(input));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        int output = i;
        add(node.getOutput(i), () -> node.getOutputBytes(output));
      }
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          visit(attribute.getG());
        }
        attribute.getGraphsList().forEach(this::visit);
      }
    }
  }

  /**
   * Adds a name.
   *
   * @param bytesOf gives its bytes: to encode each name again would take longer than all else here
   */
  private void add(String name, Supplier<ByteString> bytesOf) {
    if (name.indexOf(REPLACEMENT) < 0) {
      return;
    }
    ByteString own = bytesOf.get();
    ByteString known = bytes.putIfAbsent(name, own);
    if (known != null && !known.equals(own)) {
      throw new ModelException(
          where,
          "expected names in UTF-8, found two that are not, and are read as one: '"
              + name
              + "', of the bytes "
              + hex(known)
              + " and "
              + hex(own),
          "give the tensors names in UTF-8");
    }
  }

  private static String hex(ByteString name) {
    StringBuilder text = new StringBuilder();
    for (byte one : name) {
      boolean isPlain = one >= ' ' && one <= '~';
      text.append(
          isPlain
              ? new String(new byte[] {one}, StandardCharsets.US_ASCII)
              : String.format("\\x%02x", one));
    }
    return text.toString();
  }
}
