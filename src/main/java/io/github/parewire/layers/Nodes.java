package io.github.parewire.layers;

import io.github.parewire.onnx.NodeProto;

/** What nodes are. */
final class Nodes {

  private static final String ONNX_DOMAIN = "ai.onnx";

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

  /** The operator with its domain, unless it is ONNX's own. */
  static String operator(NodeProto node) {
    String domain = domain(node.getDomain());
    return domain.isEmpty() ? node.getOpType() : domain + "." + node.getOpType();
  }
}
