package io.github.parewire.model;

import com.google.protobuf.WireFormat;
import io.github.parewire.onnx.TensorProto;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the data fields of one TensorProto lie in the file.
 *
 * <p>A field may stand on the wire more than once: the last raw_data counts, and pieces of typed
 * data follow each other (Protocol Buffers, "Encoding").
 */
final class TensorWire {

  /**
   * A data field, or a run of adjacent unpacked elements of one.
   *
   * @param number the field's number in TensorProto
   * @param delimited whether it is one length-delimited field, rather than a run of elements each
   *     behind a tag of one byte
   * @param whole all its bytes, tags and length included
   * @param payload the bytes behind tag and length; of a run, the bytes behind the first tag
   * @param enclosure the message on the wire that it stands in
   */
  record Field(
      int number, boolean delimited, WireSpan whole, WireSpan payload, Enclosure enclosure) {

    /** Whether {@code next} can be counted to this run. */
    @SuppressWarnings("ReferenceEquality") // A message on the wire is itself alone.
    private boolean isContinuedBy(Field next) {
      return !delimited
          && !next.delimited
          && number == next.number
          && enclosure == next.enclosure
          && whole.end() == next.whole.offset()
          && payload.offset() - whole.offset() == 1
          && next.payload.offset() - next.whole.offset() == 1;
    }

    private Field with(Field next) {
      long end = next.whole.end();
      return new Field(
          number,
          false,
          new WireSpan(whole.offset(), end - whole.offset()),
          new WireSpan(payload.offset(), end - payload.offset()),
          enclosure);
    }
  }

  private final List<Field> fields = new ArrayList<>();

  void add(Field field) {
    int last = fields.size() - 1;
    if (last >= 0 && fields.get(last).isContinuedBy(field)) {
      fields.set(last, fields.get(last).with(field));
    } else {
      fields.add(field);
    }
  }

  /** All fields kept here, in file order. */
  List<Field> all() {
    return List.copyOf(fields);
  }

  /** The fields of one number, in file order. */
  List<Field> numbered(int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }

  /**
   * Whether a field is kept here: one that holds data, in a wire type that its elements can have.
   * With any other the parser counts it to the unknown fields.
   */
  static boolean keeps(int tag) {
    int type = WireFormat.getTagWireType(tag);
    boolean delimited = type == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    return switch (WireFormat.getTagFieldNumber(tag)) {
      case TensorProto.RAW_DATA_FIELD_NUMBER, TensorProto.EXTERNAL_DATA_FIELD_NUMBER -> delimited;
      case TensorProto.FLOAT_DATA_FIELD_NUMBER -> delimited || type == WireFormat.WIRETYPE_FIXED32;
      case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> delimited || type == WireFormat.WIRETYPE_FIXED64;
      case TensorProto.INT32_DATA_FIELD_NUMBER -> delimited || type == WireFormat.WIRETYPE_VARINT;
      case TensorProto.DATA_LOCATION_FIELD_NUMBER -> type == WireFormat.WIRETYPE_VARINT;
      default -> false;
    };
  }
}
