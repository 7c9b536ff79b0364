package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bit patterns sorted by ONNX Runtime's TopK, as integers: unlike floats, they have no two values
 * that count as equal.
 */
final class SortedBits implements AutoCloseable {

  private final int bytes;
  private final OrtSession session;

  private SortedBits(int bytes, OrtSession session) {
    this.bytes = bytes;
    this.session = session;
  }

  /**
   * Makes a sorter.
   *
   * @param bytes of an element: 2, 4 or 8
   */
  static SortedBits of(int bytes) throws OrtException {
    DataType type =
        switch (bytes) {
          case 2 -> DataType.INT16;
          case 4 -> DataType.INT32;
          default -> DataType.INT64;
        };
    ProbeModel model =
        new ProbeModel()
            .input("bits", type)
            .node("Shape", List.of("bits"), List.of("count"))
            .node(
                "TopK",
                List.of("bits", "count"),
                List.of("sorted", "indices"),
                ProbeModel.attribute("axis", 0),
                ProbeModel.attribute("largest", 0),
                ProbeModel.attribute("sorted", 1))
            .output("sorted", type);
    return new SortedBits(bytes, OrtRuntime.open(model.build()));
  }

  /** The elements of a tensor of this sorter's width, sorted, in native order. */
  ByteBuffer sort(StoredTensor tensor) throws OrtException {
    int length = Math.toIntExact(Math.multiplyExact(tensor.elements(), (long) bytes));
    ByteBuffer elements = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    TensorDecoder.get().decode(tensor, elements::put);
    elements.flip();
    ByteBuffer sorted = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    long[] shape = {tensor.elements()};
    try (OnnxTensor bits = tensor(elements, shape);
        OnnxTensor target = tensor(sorted, shape);
        OrtSession.Result result =
            session.run(Map.of("bits", bits), Set.of(), Map.of("sorted", target))) {
      return sorted;
    }
  }

  private OnnxTensor tensor(ByteBuffer buffer, long[] shape) throws OrtException {
    OnnxJavaType type =
        switch (bytes) {
          case 2 -> OnnxJavaType.INT16;
          case 4 -> OnnxJavaType.INT32;
          default -> OnnxJavaType.INT64;
        };
    return OnnxTensor.createTensor(OrtRuntime.environment(), buffer, shape, type);
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
