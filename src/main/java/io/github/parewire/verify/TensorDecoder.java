package io.github.parewire.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.UnsafeByteOperations;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Has ONNX Runtime decode a stored tensor, whatever its form, piece by piece: each piece is the
 * initializer of a small model that gives it out. Not thread-safe.
 */
final class TensorDecoder {

  /** Elements handed on at a time: few enough to stay in the processor's cache. */
  private static final int PIECE = 1 << 17;

  /** Room for a model besides the elements of its tensors. */
  private static final int MODEL_ROOM = 1 << 14;

  /** Tensors to decode in one model. */
  private static final int MOST_TOGETHER = 32;

  private static final int WIDEST = Long.BYTES;

  /** Bytes that an element may take in a model: int32_data has a negative one as 64 bits. */
  private static final int LONGEST = 10;

  private static final ThreadLocal<TensorDecoder> DECODERS =
      ThreadLocal.withInitial(TensorDecoder::new);

  // Made once a thread: direct memory is returned late.
  private final ByteBuffer source = ByteBuffer.allocateDirect(PIECE * WIDEST);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE * WIDEST);
  private final ByteBuffer model = ByteBuffer.allocateDirect(PIECE * LONGEST + MODEL_ROOM);

  private TensorDecoder() {}

  /** The calling thread's decoder. */
  static TensorDecoder get() {
    return DECODERS.get();
  }

  /** Takes the elements of a piece. */
  interface PieceConsumer {
    /** Takes their bytes in native order; the buffer is direct, and used again afterwards. */
    void accept(ByteBuffer elements) throws OrtException;
  }

  /** Takes the elements of one of some tensors. */
  interface TensorConsumer {
    /**
     * Takes the bytes of a tensor's elements, as {@link PieceConsumer} does.
     *
     * @param number the tensor's place in the list
     */
    void accept(int number, ByteBuffer elements) throws OrtException;
  }

  /**
   * How much of the room for {@link #decodeTogether} a tensor takes, 1 being all of it; more than 1
   * if it is to be decoded by itself.
   */
  static double shareTogether(StoredTensor tensor) {
    return tensor.data() instanceof ExternalData
        ? Double.POSITIVE_INFINITY
        : Math.max((double) tensor.elements() / PIECE, 1.0 / MOST_TOGETHER);
  }

  /**
   * Decodes small tensors, all in one model: making one for each takes longer than all else.
   *
   * @param tensors whose {@link #shareTogether} add up to 1 at most
   */
  void decodeTogether(List<StoredTensor> tensors, TensorConsumer consumer)
      throws OrtException, IOException {
    ProbeModel probe = new ProbeModel();
    source.clear();
    List<ByteBuffer> elements = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < tensors.size(); i++) {
      StoredTensor tensor = tensors.get(i);
      int length = (int) tensor.elements();
      ByteBuffer bytes = source.slice(from * WIDEST, length * tensor.type().bytes());
      probe
          .initializer(piece(tensor, 0, length, bytes).setName("piece" + i).build())
          .node("Identity", List.of("piece" + i), List.of("elements" + i))
          .output("elements" + i, tensor.type().dataType());
      elements.add(buffer.slice(from * WIDEST, bytes.capacity()).order(ByteOrder.nativeOrder()));
      from += length;
    }
    Map<String, OnnxTensor> targets = new HashMap<>();
    try (OrtSession session = OrtRuntime.open(probe.build(), model, Optional.empty())) {
      for (int i = 0; i < tensors.size(); i++) {
        targets.put("elements" + i, target(tensors.get(i).type(), elements.get(i)));
      }
      session.run(Map.of(), Set.of(), targets).close();
    } finally {
      targets.values().forEach(OnnxTensor::close);
    }
    for (int i = 0; i < tensors.size(); i++) {
      consumer.accept(i, elements.get(i));
    }
  }

  /** Decodes a tensor. */
  void decode(StoredTensor tensor, PieceConsumer consumer) throws OrtException, IOException {
    decode(tensor, 0, tensor.elements(), consumer);
  }

  /** Decodes some elements of a tensor that follow each other. */
  void decode(StoredTensor tensor, long first, long count, PieceConsumer consumer)
      throws OrtException, IOException {
    int width = tensor.type().bytes();
    int most = mostAtATime(tensor);
    long end = first + count;
    for (long from = first; from < end; from += most) {
      int length = (int) Math.min(most, end - from);
      ByteBuffer bytes = source.clear().limit(length * width);
      ByteBuffer elements = decode(tensor, piece(tensor, from, length, bytes).build(), length);
      for (int at = 0; at < length; at += PIECE) {
        consumer.accept(
            elements
                .slice(at * width, Math.min(PIECE, length - at) * width)
                .order(ByteOrder.nativeOrder()));
      }
    }
  }

  /** Elements to decode in one model, as many as there is room for: to make one takes long. */
  private static int mostAtATime(StoredTensor tensor) {
    boolean areBytes =
        tensor.data() instanceof ExternalData || tensor.data().form() == StorageForm.RAW;
    return areBytes ? PIECE * WIDEST / tensor.type().bytes() : PIECE;
  }

  private ByteBuffer decode(StoredTensor tensor, TensorProto piece, int length)
      throws OrtException {
    ElementType type = tensor.type();
    ProbeModel probe =
        new ProbeModel()
            .initializer(piece)
            .node("Identity", List.of("piece"), List.of("elements"))
            .output("elements", type.dataType());
    ByteBuffer elements = buffer.slice(0, length * type.bytes()).order(ByteOrder.nativeOrder());
    try (OrtSession session = OrtRuntime.open(probe.build(), model, dataFolder(tensor.data()));
        OnnxTensor target = target(type, elements);
        OrtSession.Result result = session.run(Map.of(), Set.of(), Map.of("elements", target))) {
      return elements;
    }
  }

  private static OnnxTensor target(ElementType type, ByteBuffer elements) throws OrtException {
    long[] shape = {elements.capacity() / type.bytes()};
    return OnnxTensor.createTensor(OrtRuntime.environment(), elements, shape, javaType(type));
  }

  /** Where the elements are, if not in the model. */
  private static Optional<Path> dataFolder(TensorData data) {
    return data instanceof ExternalData external
        ? Optional.of(external.file().getParent())
        : Optional.empty();
  }

  /**
   * Some elements as a tensor that holds them in the same form.
   *
   * @param bytes room for them, if they are raw
   */
  private static TensorProto.Builder piece(
      StoredTensor tensor, long from, int length, ByteBuffer bytes) throws IOException {
    TensorProto.Builder piece =
        TensorProto.newBuilder()
            .setName("piece")
            .setDataType(tensor.type().dataType().getNumber())
            .addDims(length);
    int width = tensor.type().bytes();
    if (tensor.data() instanceof ExternalData external) {
      return ProbeModel.external(
          piece, external.file(), external.span().offset() + from * width, (long) length * width);
    }
    if (tensor.data().form() == StorageForm.RAW) {
      tensor.data().read(from * width, bytes);
      return piece.setRawData(UnsafeByteOperations.unsafeWrap(bytes.flip()));
    }
    TensorProto proto = tensor.data().tensor();
    int first = Math.toIntExact(from);
    int end = first + length;
    return switch (tensor.type()) {
      case FLOAT -> piece.addAllFloatData(proto.getFloatDataList().subList(first, end));
      case DOUBLE -> piece.addAllDoubleData(proto.getDoubleDataList().subList(first, end));
      case FLOAT16, BFLOAT16, INT8, UINT8 ->
          piece.addAllInt32Data(proto.getInt32DataList().subList(first, end));
    };
  }

  static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case INT8 -> OnnxJavaType.INT8;
      case UINT8 -> OnnxJavaType.UINT8;
    };
  }
}
