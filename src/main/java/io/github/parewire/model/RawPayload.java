package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of a tensor in raw_data. They are read from the file rather than its mapping, whose
 * pages would count as memory of this process.
 *
 * @param tensor the tensor
 * @param file the model
 * @param span where they are
 * @param fields the data fields, and the data location if it is given
 */
record RawPayload(TensorProto tensor, OpenFile file, WireSpan span, List<TensorWire.Field> fields)
    implements TensorPayload {

  @Override
  public long length() {
    return span.length();
  }

  @Override
  public void read(long offset, ByteBuffer buffer) throws IOException {
    file.read(span.offset() + offset, buffer);
  }

  @Override
  public List<Splice> placeSplices(long newLength) {
    return Splice.exchange(fields, newLength);
  }
}
