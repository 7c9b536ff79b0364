package io.github.parewire.layers;

import io.github.parewire.layers.Scope.Definition;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads small constant integer vectors, such as the shape that a Reshape is given. */
final class Constants {

  /** No tensor has as many dimensions. */
  private static final int MAX_LENGTH = 256;

  private Constants() {}

  /** The integers that a value named in a scope always is; empty if that can't be told. */
  static Optional<List<Long>> integers(Scope scope, String name) {
    Scope at = scope;
    String value = name;
    while (true) {
      Optional<Scope.Found> found = at.find(value);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Definition definition = found.get().definition();
      if (definition instanceof Definition.Argument argument) {
        at = argument.caller();
        value = argument.name();
      } else if (definition instanceof Definition.Stored stored) {
        return integers(stored.holder().tensor());
      } else if (definition instanceof Definition.Produced produced
          && Nodes.isOnnx(produced.node(), "Constant")) {
        return attribute(found.get().scope(), produced.node());
      } else {
        return Optional.empty();
      }
    }
  }

  private static Optional<List<Long>> attribute(Scope scope, NodeProto constant) {
    return scope
        .attribute(constant, "value_ints")
        .map(AttributeProto::getIntsList)
        .or(() -> scope.attribute(constant, "value_int").map(a -> List.of(a.getI())));
  }

  private static Optional<List<Long>> integers(TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return Optional.empty();
    }
    if (tensor.getDataType() == TensorProto.DataType.INT64_VALUE) {
      return tensor.hasRawData() ? raw(tensor, Long.BYTES) : Optional.of(tensor.getInt64DataList());
    }
    if (tensor.getDataType() == TensorProto.DataType.INT32_VALUE) {
      return tensor.hasRawData()
          ? raw(tensor, Integer.BYTES)
          : Optional.of(tensor.getInt32DataList().stream().map(Integer::longValue).toList());
    }
    return Optional.empty();
  }

  private static Optional<List<Long>> raw(TensorProto tensor, int width) {
    ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() > MAX_LENGTH * width) {
      return Optional.empty();
    }
    List<Long> integers = new ArrayList<>();
    while (bytes.remaining() >= width) {
      integers.add(width == Long.BYTES ? bytes.getLong() : bytes.getInt());
    }
    return Optional.of(integers);
  }
}
