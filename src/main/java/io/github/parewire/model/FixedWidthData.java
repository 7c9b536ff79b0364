package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Elements in float_data or double_data, which stand there as in memory: packed in fields of any
 * number of elements, or unpacked, each behind a tag of one byte (Protocol Buffers, "Encoding").
 */
final class FixedWidthData implements TensorData {

  private final TensorProto tensor;
  private final OpenFile file;
  private final ByteBuffer mapped;
  private final int width;

  /** Where the elements are, in order. */
  private final List<TensorWire.Field> fields;

  private final List<TensorWire.Field> allFields;

  /** Bytes of elements before each field, and in all. */
  private final long[] starts;

  /**
   * Describes a tensor.
   *
   * @param file the model, which long runs of elements are read from
   * @param mapped the whole model
   * @param width bytes of an element
   * @param fields where the elements are, in order
   * @param allFields all data fields, and the data location if it is given
   */
  FixedWidthData(
      TensorProto tensor,
      OpenFile file,
      ByteBuffer mapped,
      int width,
      List<TensorWire.Field> fields,
      List<TensorWire.Field> allFields) {
    this.tensor = tensor;
    this.file = file;
    this.mapped = mapped;
    this.width = width;
    this.fields = fields;
    this.allFields = allFields;
    starts = new long[fields.size() + 1];
    for (int i = 0; i < fields.size(); i++) {
      starts[i + 1] = starts[i] + elementBytes(fields.get(i));
    }
  }

  /** An unpacked run is: element, tag, element, tag, ..., element. */
  private long elementBytes(TensorWire.Field field) {
    long length = field.payload().length();
    return field.delimited() ? length : (length + 1) / (width + 1) * width;
  }

  @Override
  public TensorProto tensor() {
    return tensor;
  }

  @Override
  public StorageForm form() {
    return StorageForm.TYPED;
  }

  @Override
  public long length() {
    return starts[fields.size()];
  }

  @Override
  public void read(long offset, ByteBuffer buffer) throws IOException {
    int found = Arrays.binarySearch(starts, offset);
    int number = found < 0 ? -found - 2 : found;
    long at = offset;
    while (buffer.hasRemaining()) {
      int count = (int) Math.min(buffer.remaining(), starts[number + 1] - at);
      read(fields.get(number), at - starts[number], buffer.slice(buffer.position(), count));
      buffer.position(buffer.position() + count);
      at += count;
      number++;
    }
  }

  private void read(TensorWire.Field field, long offset, ByteBuffer buffer) throws IOException {
    if (field.delimited()) {
      file.read(field.payload().offset() + offset, buffer);
      return;
    }
    int from = Math.toIntExact(field.payload().offset() + offset / width * (width + 1));
    for (int at = from; buffer.hasRemaining(); at += width + 1) {
      buffer.put(mapped.slice(at, width));
    }
  }

  @Override
  public List<Splice> splices() {
    return fields.stream().map(Splice::inPlace).toList();
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    ByteQueue queue = new ByteQueue(elements);
    List<List<ByteBuffer>> encoded = new ArrayList<>(fields.size());
    for (TensorWire.Field field : fields) {
      encoded.add(
          field.delimited()
              ? queue.take(field.payload().length())
              : List.of(withTags(field.payload(), queue)));
    }
    return encoded;
  }

  private ByteBuffer withTags(WireSpan run, ByteQueue queue) {
    int length = Math.toIntExact(run.length());
    ByteBuffer copy =
        ByteBuffer.allocateDirect(length)
            .put(mapped.slice(Math.toIntExact(run.offset()), length))
            .flip();
    for (int at = 0; at < copy.limit(); at += width + 1) {
      for (ByteBuffer part : queue.take(width)) {
        copy.put(at, part, part.position(), part.remaining());
      }
    }
    return copy;
  }

  @Override
  public List<Splice> moveSplices(long newLength) {
    return Splice.exchange(allFields, newLength);
  }
}
