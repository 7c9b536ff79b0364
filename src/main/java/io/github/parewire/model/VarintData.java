package io.github.parewire.model;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
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
 * @param fields where the elements are, in order
 * @param allFields all data fields, and the data location if it is given
 */
record VarintData(
    TensorProto tensor,
    ElementType type,
    List<TensorWire.Field> fields,
    List<TensorWire.Field> allFields)
    implements TensorData {

  private static final int TAG = TensorProto.INT32_DATA_FIELD_NUMBER;

  /**
   * Describes a tensor.
   *
   * @param where the file and the tensor, for messages
   * @throws ModelException if an integer is none that an element could be
   */
  static VarintData of(
      String where,
      TensorProto tensor,
      ElementType type,
      List<TensorWire.Field> fields,
      List<TensorWire.Field> allFields) {
    for (int i = 0; i < tensor.getInt32DataCount(); i++) {
      int element = tensor.getInt32Data(i);
      if (type.toInt32(element) != element) {
        throw new ModelException(
            where,
            "expected patterns of "
                + Byte.SIZE * type.bytes()
                + " bits in int32_data, found "
                + element
                + " at element "
                + i,
            "export the model again");
      }
    }
    return new VarintData(tensor, type, fields, allFields);
  }

  @Override
  public StorageForm form() {
    return StorageForm.TYPED;
  }

  @Override
  public long length() {
    return (long) type.bytes() * tensor.getInt32DataCount();
  }

  @Override
  public void read(long offset, ByteBuffer buffer) {
    ByteBuffer elements = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = Math.toIntExact(offset / type.bytes()); elements.hasRemaining(); i++) {
      if (type.bytes() == 1) {
        elements.put((byte) tensor.getInt32Data(i));
      } else {
        elements.putShort((short) tensor.getInt32Data(i));
      }
    }
    buffer.position(buffer.limit());
  }

  @Override
  public List<Splice> splices() {
    return Splice.exchange(fields, encodedLength());
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    List<List<ByteBuffer>> encoded = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      encoded.add(i == 0 ? List.of(encodeAll(elements)) : List.of());
    }
    return encoded;
  }

  private ByteBuffer encodeAll(List<ByteBuffer> elements) {
    ByteBuffer bytes = ByteBuffer.allocate(encodedLength());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      if (isPacked()) {
        out.writeTag(TAG, WireFormat.WIRETYPE_LENGTH_DELIMITED);
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

  @Override
  public List<Splice> moveSplices(long newLength) {
    return Splice.exchange(allFields, newLength);
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
