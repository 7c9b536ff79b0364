package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has ONNX Runtime decode a stored tensor, whatever its form, piece by piece: each piece is the
 * initializer of a small model that gives it out. Not thread-safe.
 */
final class TensorDecoder {

  /** Elements in a piece: few enough to stay in the processor's cache. */
  private static final int PIECE = 1 << 17;

  private final ByteBuffer buffer;

  TensorDecoder(int bytes) {
    buffer =
        ByteBuffer.allocateDirect(Math.multiplyExact(PIECE, bytes)).order(ByteOrder.nativeOrder());
  }

  /** Takes the elements of a piece. */
  interface PieceConsumer {
    /** Takes their bytes in native order; the buffer is direct, and used again afterwards. */
    void accept(ByteBuffer elements) throws OrtException;
  }

  /** Decodes a tensor of this decoder's width. */
  void decode(StoredTensor tensor, PieceConsumer consumer) throws OrtException {
    long count = tensor.elements();
    for (long from = 0; from < count; from += PIECE) {
      int length = (int) Math.min(PIECE, count - from);
      consumer.accept(decode(piece(tensor, (int) from, length), tensor.type(), length));
    }
  }

  private ByteBuffer decode(TensorProto piece, ElementType type, int length) throws OrtException {
    ProbeModel model =
        new ProbeModel()
            .initializer(piece)
            .node("Identity", List.of("piece"), List.of("elements"))
            .output("elements", type.dataType());
    ByteBuffer elements = buffer.slice(0, length * type.bytes()).order(ByteOrder.nativeOrder());
    try (OrtSession session = OrtRuntime.open(model.build());
        OnnxTensor target =
            OnnxTensor.createTensor(
                OrtRuntime.environment(), elements, new long[] {length}, javaType(type));
        OrtSession.Result result = session.run(Map.of(), Set.of(), Map.of("elements", target))) {
      return elements;
    }
  }

  private static TensorProto piece(StoredTensor tensor, int from, int length) {
    TensorProto proto = tensor.proto();
    TensorProto.Builder piece =
        TensorProto.newBuilder().setName("piece").setDataType(proto.getDataType()).addDims(length);
    int to = from + length;
    if (proto.hasRawData()) {
      int width = tensor.type().bytes();
      ByteString bytes = proto.getRawData().substring(from * width, to * width);
      return piece.setRawData(bytes).build();
    }
    return switch (tensor.type()) {
      case FLOAT -> piece.addAllFloatData(proto.getFloatDataList().subList(from, to)).build();
      case DOUBLE -> piece.addAllDoubleData(proto.getDoubleDataList().subList(from, to)).build();
      case FLOAT16, BFLOAT16 ->
          piece.addAllInt32Data(proto.getInt32DataList().subList(from, to)).build();
    };
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
    };
  }
}
