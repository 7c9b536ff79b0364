package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
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
final class SortedBits implements SessionCache.Closing {

  /** An integer type as ONNX and as ONNX Runtime's Java binding name it. */
  private record Lane(int bytes, DataType type, OnnxJavaType javaType) {

    static Lane of(int bytes) {
      return switch (bytes) {
        case 1 -> new Lane(1, DataType.UINT8, OnnxJavaType.UINT8);
        case 2 -> new Lane(2, DataType.INT16, OnnxJavaType.INT16);
        case 4 -> new Lane(4, DataType.INT32, OnnxJavaType.INT32);
        default -> new Lane(8, DataType.INT64, OnnxJavaType.INT64);
      };
    }

    ByteBuffer allocate(long count) {
      int length = Math.toIntExact(Math.multiplyExact(count, (long) bytes));
      return ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    }

    OnnxTensor tensor(ByteBuffer buffer, long count) throws OrtException {
      return OnnxTensor.createTensor(
          OrtRuntime.environment(), buffer, new long[] {count}, javaType);
    }
  }

  private final Lane elementLane;
  private final Lane sortedLane;
  private final OrtSession session;

  private SortedBits(Lane elementLane, Lane sortedLane, OrtSession session) {
    this.elementLane = elementLane;
    this.sortedLane = sortedLane;
    this.session = session;
  }

  /**
   * Makes a sorter.
   *
   * @param bytes of an element: 1, 2, 4 or 8
   */
  static SortedBits of(int bytes) throws OrtException {
    Lane elements = Lane.of(bytes);
    // TopK has no form for single bytes.
    Lane sorted = Lane.of(bytes == 1 ? Integer.BYTES : bytes);
    ProbeModel model =
        new ProbeModel()
            .input("bits", elements.type())
            .node(
                "Cast",
                List.of("bits"),
                List.of("wide"),
                ProbeModel.attribute("to", sorted.type().getNumber()))
            .node("Shape", List.of("bits"), List.of("count"))
            .node(
                "TopK",
                List.of("wide", "count"),
                List.of("sorted", "indices"),
                ProbeModel.attribute("axis", 0),
                ProbeModel.attribute("largest", 0),
                ProbeModel.attribute("sorted", 1))
            .output("sorted", sorted.type());
    return new SortedBits(elements, sorted, OrtRuntime.open(model.build()));
  }

  /** A buffer for elements to sort. */
  ByteBuffer allocate(long count) {
    return elementLane.allocate(count);
  }

  /**
   * Sorts elements.
   *
   * @param elements their bytes in native order, in a buffer that {@link #allocate} made
   * @return as many patterns, ascending, in native order
   */
  ByteBuffer sort(ByteBuffer elements) throws OrtException {
    long count = elements.remaining() / elementLane.bytes();
    ByteBuffer sorted = sortedLane.allocate(count);
    try (OnnxTensor bits = elementLane.tensor(elements, count);
        OnnxTensor target = sortedLane.tensor(sorted, count);
        OrtSession.Result result =
            session.run(Map.of("bits", bits), Set.of(), Map.of("sorted", target))) {
      return sorted;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
