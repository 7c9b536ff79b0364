package io.github.parewire.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements that stand in the file as in memory: raw_data, and float_data and double_data packed or
 * unpacked.
 *
 * @param file the model, which long runs of elements are read from
 * @param mapped the whole model
 * @param fields where the elements are, in order
 * @param width bytes of an element
 */
record FixedWidthData(OpenFile file, ByteBuffer mapped, List<TensorWire.Field> fields, int width)
    implements StoredData {

  @Override
  public void read(BytesConsumer consumer) throws IOException {
    for (TensorWire.Field field : fields) {
      if (field.delimited()) {
        file.read(field.payload(), consumer);
      } else {
        consumer.accept(withoutTags(slice(field.payload())));
      }
    }
  }

  @Override
  public List<Splice> splices() {
    return fields.stream()
        .map(field -> new Splice(field.payload(), field.payload().length(), field.enclosure()))
        .toList();
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    ByteQueue queue = new ByteQueue(elements);
    List<List<ByteBuffer>> encoded = new ArrayList<>(fields.size());
    for (TensorWire.Field field : fields) {
      encoded.add(
          field.delimited()
              ? queue.take(field.payload().length())
              : List.of(withTags(slice(field.payload()), queue)));
    }
    return encoded;
  }

  private ByteBuffer slice(WireSpan span) {
    return mapped.slice(Math.toIntExact(span.offset()), Math.toIntExact(span.length()));
  }

  /** An unpacked run is: element, tag, element, tag, ..., element. */
  private ByteBuffer withoutTags(ByteBuffer run) {
    int count = (run.remaining() + 1) / (width + 1);
    ByteBuffer elements = ByteBuffer.allocateDirect(count * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      elements.put(run.slice(i * (width + 1), width));
    }
    return elements.flip();
  }

  private ByteBuffer withTags(ByteBuffer run, ByteQueue queue) {
    ByteBuffer copy = ByteBuffer.allocateDirect(run.remaining()).put(run).flip();
    for (int at = 0; at < copy.limit(); at += width + 1) {
      for (ByteBuffer part : queue.take(width)) {
        copy.put(at, part, part.position(), part.remaining());
      }
    }
    return copy;
  }
}
