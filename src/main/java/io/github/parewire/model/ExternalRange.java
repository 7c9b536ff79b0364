package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The bytes of one tensor in a data file, of any element type. */
public final class ExternalRange {

  /** Read at a time: whole elements of any width. */
  private static final int CHUNK = 1 << 22;

  private final TensorProto tensor;
  private final ExternalFile file;
  private final WireSpan span;
  private final List<TensorWire.Field> entries;

  private ExternalRange(
      TensorProto tensor, ExternalFile file, WireSpan span, List<TensorWire.Field> entries) {
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
  static ExternalRange of(String where, TensorProto tensor, TensorWire wire, ExternalFiles files)
      throws IOException {
    ExternalReference reference = ExternalReference.of(where, tensor);
    ExternalFile file = files.open(where, reference.location());
    long own = TensorChecks.rawBytes(where, tensor);
    long length = reference.length().orElse(own);
    if (own >= 0 && length != own) {
      throw new ModelException(
          where,
          "external data: dims "
              + tensor.getDimsList()
              + " expect a length of "
              + own
              + " bytes, found "
              + length,
          "save the model again");
    }
    if (length < 0) {
      throw new ModelException(
          where, "external data: expected a length for this element type, found none", "");
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
    return new ExternalRange(
        tensor,
        file,
        new WireSpan(offset, length),
        wire.numbered(TensorProto.EXTERNAL_DATA_FIELD_NUMBER));
  }

  /** The tensor. */
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

  /** Reads the bytes. */
  public void read(BytesConsumer consumer) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect((int) Math.min(CHUNK, span.length()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long at = 0; at < span.length(); at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), span.length() - at));
      file.read(span.offset() + at, buffer);
      consumer.accept(buffer.flip());
    }
  }

  /** Whether some byte belongs to both ranges. */
  boolean overlaps(ExternalRange other) {
    return file.path().equals(other.file.path())
        && span.offset() < other.span.end()
        && other.span.offset() < span.end();
  }

  /** Whether the other range holds the same bytes. */
  public boolean hasSameBytes(ExternalRange other) throws IOException {
    if (span.length() != other.span.length()) {
      return false;
    }
    long[] at = {0};
    boolean[] same = {true};
    ByteBuffer theirs = ByteBuffer.allocateDirect((int) Math.min(CHUNK, span.length()));
    read(
        ours -> {
          if (same[0]) {
            theirs.clear().limit(ours.remaining());
            other.file.read(other.span.offset() + at[0], theirs);
            at[0] += ours.remaining();
            same[0] = ours.equals(theirs.flip());
          }
        });
    return same[0];
  }

  /**
   * The places in the model where the tensor names this range: the first is for its new entries,
   * the others are to be emptied.
   *
   * @param newLength length of what will be put into the first
   */
  public List<Splice> splices(long newLength) {
    List<Splice> splices = new ArrayList<>();
    for (TensorWire.Field field : entries) {
      long length = splices.isEmpty() ? newLength : 0;
      splices.add(new Splice(field.whole(), length, field.enclosure()));
    }
    return splices;
  }
}
