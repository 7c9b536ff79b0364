package io.github.parewire.model;

import com.google.protobuf.CodedOutputStream;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements in int32_data, each a varint: of a 16-bit type the bit pattern, of an 8-bit type the
 * number (ONNX IR, TensorProto.int32_data).
 *
 * <p>A permutation does not change how many bytes the varints take together, so the whole data has
 * its length before the new order is known. Should it lie in several fields, all of it goes to the
 * place of the first, packed if that one is.
 *
 * @param tensor the tensor
 * @param type its element type
 * @param fields where the elements are, in order; at least one
 */
record VarintData(TensorProto tensor, ElementType type, List<TensorWire.Field> fields)
    implements StoredData {

  private static final int TAG = TensorProto.INT32_DATA_FIELD_NUMBER;

  @Override
  public void read(BytesConsumer consumer) throws IOException {
    int count = tensor.getInt32DataCount();
    ByteBuffer elements =
        ByteBuffer.allocateDirect(Math.multiplyExact(type.bytes(), count))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      if (type.bytes() == 1) {
        elements.put((byte) tensor.getInt32Data(i));
      } else {
        elements.putShort((short) tensor.getInt32Data(i));
      }
    }
    consumer.accept(elements.flip());
  }

  @Override
  public List<Splice> splices() {
    List<Splice> splices = new ArrayList<>();
    for (TensorWire.Field field : fields) {
      splices.add(new Splice(field.whole(), 0, field.enclosure()));
    }
    TensorWire.Field first = fields.get(0);
    splices.set(0, new Splice(first.whole(), encodedLength(), first.enclosure()));
    return splices;
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    List<List<ByteBuffer>> encoded = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      encoded.add(List.of());
    }
    encoded.set(0, List.of(encodeAll(elements)));
    return encoded;
  }

  private ByteBuffer encodeAll(List<ByteBuffer> elements) {
    ByteBuffer bytes = ByteBuffer.allocate(encodedLength());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      if (isPacked()) {
        out.writeTag(TAG, com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(varintsLength());
      }
      for (ByteBuffer part : elements) {
        ByteBuffer rest = part.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
          int element = type.toInt32(type.bytes() == 1 ? rest.get() : rest.getShort());
          if (isPacked()) {
            out.writeInt32NoTag(element);
          } else {
            out.writeInt32(TAG, element);
          }
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.flip();
  }

  private boolean isPacked() {
    return fields.get(0).delimited();
  }

  private int encodedLength() {
    int varints = varintsLength();
    int tag = CodedOutputStream.computeTagSize(TAG);
    return isPacked()
        ? Math.addExact(tag + CodedOutputStream.computeUInt32SizeNoTag(varints), varints)
        : Math.addExact(Math.multiplyExact(tag, tensor.getInt32DataCount()), varints);
  }

  private int varintsLength() {
    int length = 0;
    for (int i = 0; i < tensor.getInt32DataCount(); i++) {
      length += CodedOutputStream.computeInt32SizeNoTag(tensor.getInt32Data(i));
    }
    return length;
  }
}
