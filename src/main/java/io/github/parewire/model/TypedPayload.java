package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of a tensor that the model holds as numbers.
 *
 * @param tensor the tensor
 * @param bytes as raw_data would have them
 * @param fields the data fields that hold them, and the data location if it is given
 */
record TypedPayload(TensorProto tensor, ByteBuffer bytes, List<TensorWire.Field> fields)
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
    return Splice.exchange(fields, newLength);
  }
}
