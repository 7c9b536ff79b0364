package io.github.parewire.layers;

import io.github.parewire.onnx.NodeProto;
import java.util.Map;

/** What nodes are. */
final class Nodes {

  private static final String ONNX_DOMAIN = "ai.onnx";

  /** Why the weights of operators that hold a whole layer are left. */
  private static final Map<String, String> NOTES =
      Map.of(
          "com.microsoft.Attention", "query, key and value are packed in one",
          "com.microsoft.QAttention", "query, key and value are packed in one, and quantized",
          "com.microsoft.NhwcConv", "its channels may be the last axis",
          "com.microsoft.DynamicQuantizeMatMul", "integers, whose scales it applies itself",
          "com.microsoft.MatMulNBits", "some weights to a byte, in blocks of one scale",
          "com.microsoft.MatMulBnb4", "some weights to a byte, in blocks of one scale",
          "com.microsoft.QMoE", "some weights to a byte, in blocks of one scale",
          "com.microsoft.MoE", "a matrix for each expert, whose layout the operator hides");

  private Nodes() {}

  /** The domain as the operator tables here write it: ONNX's own is empty. */
  static String domain(String domain) {
    return domain.equals(ONNX_DOMAIN) ? "" : domain;
  }

  /** Whether a node is this operator of ONNX's own domain. */
  static boolean isOnnx(NodeProto node, String operator) {
    return node.getOpType().equals(operator) && domain(node.getDomain()).isEmpty();
  }

  /** Input i, or an empty string if it is not given. */
  static String input(NodeProto node, int i) {
    return i < node.getInputCount() ? node.getInput(i) : "";
  }

  /** That a node reads something, for people, with what is to be said of its weights. */
  static String reading(NodeProto node) {
    String operator = operator(node);
    String note = NOTES.getOrDefault(operator, "");
    return "read by " + operator + (note.isEmpty() ? "" : ": " + note);
  }

  /** The operator with its domain, unless it is ONNX's own. */
  static String operator(NodeProto node) {
    String domain = domain(node.getDomain());
    return domain.isEmpty() ? node.getOpType() : domain + "." + node.getOpType();
  }
}
