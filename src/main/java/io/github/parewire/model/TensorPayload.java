package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The bytes of one tensor of any element type, as raw_data has them, wherever they are. */
public sealed interface TensorPayload permits ExternalRange, RawPayload, TypedPayload {

  /** The tensor. */
  TensorProto tensor();

  /** Length in bytes. */
  long length();

  /** Fills a buffer with the bytes from an offset on. */
  void read(long offset, ByteBuffer buffer) throws IOException;

  /**
   * The places in the model to exchange so that the bytes are said to be in a data file: the first
   * is for the new entries, the others are to be emptied.
   *
   * @param newLength length of what will be put into the first
   */
  List<Splice> placeSplices(long newLength);

  /** Reads all bytes, in pieces of whole elements. */
  default void read(BytesConsumer consumer) throws IOException {
    read(0, length(), consumer);
  }

  /** Reads some bytes, in pieces of whole elements if it begins with one. */
  default void read(long offset, long count, BytesConsumer consumer) throws IOException {
    PayloadBuffer.read(this::read, offset, count, consumer);
  }

  /** Whether the other tensor holds the same bytes. */
  default boolean hasSameBytes(TensorPayload other) throws IOException {
    if (length() != other.length()) {
      return false;
    }
    ByteBuffer ours = PayloadBuffer.first();
    ByteBuffer theirs = PayloadBuffer.second();
    for (long at = 0; at < length(); at += ours.limit()) {
      int count = (int) Math.min(ours.capacity(), length() - at);
      read(at, ours.clear().limit(count));
      other.read(at, theirs.clear().limit(count));
      if (!ours.flip().equals(theirs.flip())) {
        return false;
      }
    }
    return true;
  }
}
