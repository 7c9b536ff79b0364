package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a tensor in the model itself.
 *
 * @param tensor the tensor
 * @param bytes as raw_data has them
 * @param fields the data fields that hold them, and the data location if it is given
 */
record InlinePayload(TensorProto tensor, ByteBuffer bytes, List<TensorWire.Field> fields)
    implements TensorPayload {

  @Override
  public long length() {
    return bytes.limit();
  }

  @Override
  public void read(long offset, ByteBuffer buffer) {
    buffer.put(bytes.slice((int) offset, buffer.remaining()));
  }

  @Override
  public List<Splice> placeSplices(long newLength) {
    return placeSplices(fields, newLength);
  }

  /** Exchanges the first field for something new, and drops the others. */
  static List<Splice> placeSplices(List<TensorWire.Field> fields, long newLength) {
    List<Splice> splices = new ArrayList<>();
    for (TensorWire.Field field : fields) {
      long length = splices.isEmpty() ? newLength : 0;
      splices.add(new Splice(field.whole(), length, field.enclosure()));
    }
    return splices;
  }
}
