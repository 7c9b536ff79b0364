package io.github.parewire.verify;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.OperatorSetIdProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorShapeProto;
import io.github.parewire.onnx.TypeProto;
import io.github.parewire.onnx.ValueInfoProto;
import java.nio.file.Path;
import java.util.List;

/** Builds the small models by which ONNX Runtime decodes, sorts and sums weights. */
final class ProbeModel {

  private static final int IR_VERSION = 8;
  private static final int OPSET = 18;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("probe");

  /** An input whose first dimension is free; the others are given. */
  ProbeModel input(String name, TensorProto.DataType type, long... rest) {
    graph.addInput(value(name, type, rest));
    return this;
  }

  /** An output of any shape. */
  ProbeModel output(String name, TensorProto.DataType type) {
    TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).build();
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(TypeProto.newBuilder().setTensorType(tensor)));
    return this;
  }

  /** A constant. */
  ProbeModel initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  /** A constant of 64-bit integers. */
  ProbeModel integers(String name, TensorProto.DataType type, List<Long> dims, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).addAllDims(dims);
    for (long value : values) {
      if (type == TensorProto.DataType.UINT64) {
        tensor.addUint64Data(value);
      } else {
        tensor.addInt64Data(value);
      }
    }
    return initializer(tensor.build());
  }

  /** A node. */
  ProbeModel node(
      String operator, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  /** An integer attribute. */
  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  ModelProto build() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build();
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... rest) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
    for (long dim : rest) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /**
   * Says of a tensor that its elements are in a file, of which a session gets the folder.
   *
   * @param offset of the first byte
   * @param length in bytes
   * @return the same builder
   */
  static TensorProto.Builder external(
      TensorProto.Builder tensor, Path file, long offset, long length) {
    return tensor
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", file.getFileName().toString()))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length)));
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
