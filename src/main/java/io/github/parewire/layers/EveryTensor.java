package io.github.parewire.layers;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.FunctionProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.SparseTensorProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TrainingInfoProto;
import java.util.ArrayList;
import java.util.List;

/**
 * All tensors that a model stores, wherever they stand (ONNX IR: initializers, attributes of nodes,
 * in graphs at any depth, in functions and in training information), in the order of the file.
 */
final class EveryTensor {

  /**
   * A tensor.
   *
   * @param tensor the tensor; of a sparse one, its values
   * @param dims its shape
   * @param isSparse whether it is sparse
   * @param place why nothing reads it, if nothing does
   */
  record Place(NamedTensor tensor, List<Long> dims, boolean isSparse, String place) {}

  private static final String UNREAD = "not read by any operator";

  private final List<Place> all = new ArrayList<>();

  private EveryTensor() {}

  /** Goes through a model. */
  static List<Place> of(ModelProto model) {
    EveryTensor walk = new EveryTensor();
    walk.visit(model.getGraph(), UNREAD);
    for (FunctionProto function : model.getFunctionsList()) {
      String place = "in function '" + function.getName() + "', which nothing calls";
      walk.visit(function.getNodeList(), place);
      for (AttributeProto attribute : function.getAttributeProtoList()) {
        walk.visit(attribute, attribute.getName(), "the default of an attribute", place);
      }
    }
    for (TrainingInfoProto training : model.getTrainingInfoList()) {
      walk.visit(training.getInitialization(), "in training information");
      walk.visit(training.getAlgorithm(), "in training information");
    }
    return walk.all;
  }

  private void visit(GraphProto graph, String place) {
    graph.getInitializerList().forEach(tensor -> add(tensor, tensor.getName(), place));
    graph
        .getSparseInitializerList()
        .forEach(tensor -> add(tensor, tensor.getValues().getName(), place));
    visit(graph.getNodeList(), place);
  }

  private void visit(List<NodeProto> nodes, String place) {
    for (NodeProto node : nodes) {
      boolean isConstant = Nodes.isOnnx(node, "Constant");
      String name = node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
      for (AttributeProto attribute : node.getAttributeList()) {
        visit(
            attribute, name, isConstant ? place : "an attribute of " + Nodes.operator(node), place);
      }
    }
  }

  /**
   * Visits an attribute.
   *
   * @param name what its tensors are called
   * @param ofTensors the place of its tensors
   * @param ofGraphs the place of what is in its graphs
   */
  private void visit(AttributeProto attribute, String name, String ofTensors, String ofGraphs) {
    if (attribute.hasT()) {
      add(attribute.getT(), name, ofTensors);
    }
    attribute.getTensorsList().forEach(tensor -> add(tensor, name, ofTensors));
    if (attribute.hasSparseTensor()) {
      add(attribute.getSparseTensor(), name, ofTensors);
    }
    attribute.getSparseTensorsList().forEach(tensor -> add(tensor, name, ofTensors));
    if (attribute.hasG()) {
      visit(attribute.getG(), ofGraphs);
    }
    attribute.getGraphsList().forEach(graph -> visit(graph, ofGraphs));
  }

  private void add(TensorProto tensor, String name, String place) {
    all.add(new Place(new NamedTensor(tensor, name), tensor.getDimsList(), false, place));
  }

  private void add(SparseTensorProto tensor, String name, String place) {
    all.add(
        new Place(new NamedTensor(tensor.getValues(), name), tensor.getDimsList(), true, place));
  }
}
