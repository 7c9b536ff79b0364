package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Elements in raw_data. They are read from the file rather than its mapping, whose pages would
 * count as memory of this process.
 *
 * @param tensor the tensor, of any element type
 * @param file the model
 * @param raw the field that holds them: the last raw_data, if there are several
 * @param fields all data fields, and the data location if it is given
 */
record RawData(
    TensorProto tensor, OpenFile file, TensorWire.Field raw, List<TensorWire.Field> fields)
    implements TensorData {

  @Override
  public StorageForm form() {
    return StorageForm.RAW;
  }

  @Override
  public long length() {
    return raw.payload().length();
  }

  @Override
  public void read(long offset, ByteBuffer buffer) throws IOException {
    file.read(raw.payload().offset() + offset, buffer);
  }

  @Override
  public List<Splice> splices() {
    return List.of(Splice.inPlace(raw));
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    return List.of(elements);
  }

  @Override
  public List<Splice> moveSplices(long newLength) {
    return Splice.exchange(fields, newLength);
  }
}
