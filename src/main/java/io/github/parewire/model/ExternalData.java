package io.github.parewire.model;

import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Elements in a data file, of any element type (ONNX, "External Data"). */
public final class ExternalData implements TensorData {

  private final TensorProto tensor;
  private final OpenFile file;
  private final WireSpan span;
  private final List<TensorWire.Field> entries;

  private ExternalData(
      TensorProto tensor, OpenFile file, WireSpan span, List<TensorWire.Field> entries) {
    this.tensor = tensor;
    this.file = file;
    this.span = span;
    this.entries = entries;
  }

  /**
   * Finds a tensor's bytes.
   *
   * @param where the model and the tensor, for messages
   * @throws ModelException if they are not all there, or not as many as the dims say
   */
  static ExternalData of(String where, TensorProto tensor, TensorWire wire, ExternalFiles files)
      throws IOException {
    ExternalReference reference = ExternalReference.of(where, tensor);
    OpenFile file = files.open(where, reference.location());
    long own = TensorChecks.rawBytes(where, tensor);
    long length = reference.length().orElse(own);
    if (own >= 0 && length != own) {
      throw new ModelException(
          where,
          "external data: expected a length of "
              + own
              + " bytes for dims "
              + tensor.getDimsList()
              + ", found "
              + length,
          "save the model again");
    }
    if (length < 0) {
      throw new ModelException(
          where, "external data: expected a length for this element type, found none");
    }
    long offset = reference.offset();
    if (length > file.size() || offset > file.size() - length) {
      throw new ModelException(
          where,
          "external data '"
              + reference.location()
              + "': expected "
              + length
              + " bytes from byte "
              + offset
              + " on, found a file of "
              + file.size()
              + " bytes",
          "copy the data file again");
    }
    return new ExternalData(
        tensor,
        file,
        new WireSpan(offset, length),
        wire.numbered(TensorProto.EXTERNAL_DATA_FIELD_NUMBER));
  }

  @Override
  public TensorProto tensor() {
    return tensor;
  }

  /** The real path of the data file. */
  public Path file() {
    return file.path();
  }

  /** The bytes in that file. */
  public WireSpan span() {
    return span;
  }

  @Override
  public StorageForm form() {
    return StorageForm.EXTERNAL;
  }

  @Override
  public long length() {
    return span.length();
  }

  @Override
  public void read(long offset, ByteBuffer buffer) throws IOException {
    file.read(span.offset() + offset, buffer);
  }

  /** None: the model does not hold them. */
  @Override
  public List<Splice> splices() {
    return List.of();
  }

  @Override
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    return List.of();
  }

  @Override
  public List<Splice> moveSplices(long newLength) {
    return Splice.exchange(entries, newLength);
  }

  /** Whether some byte belongs to both ranges. */
  boolean overlaps(ExternalData other) {
    return file.path().equals(other.file.path())
        && span.offset() < other.span.end()
        && other.span.offset() < span.end();
  }
}
