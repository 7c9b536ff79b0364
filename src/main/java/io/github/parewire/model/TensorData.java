package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The elements of one tensor, in whichever form its file holds them (ONNX IR, TensorProto). They
 * come and go as bytes, little-endian and row-major, the form of raw_data.
 */
public sealed interface TensorData permits RawData, FixedWidthData, VarintData, ExternalData {

  /** The tensor, an object of the parsed model. */
  TensorProto tensor();

  /** The form in which the file holds them. */
  StorageForm form();

  /** Length in bytes. */
  long length();

  /**
   * Fills a buffer.
   *
   * @param offset of the first byte to read, where an element begins
   * @param buffer with room for whole elements
   * @throws IOException if the file can't be read
   */
  void read(long offset, ByteBuffer buffer) throws IOException;

  /**
   * The places in the model to exchange when the elements are; none if they are in another file.
   */
  List<Splice> splices();

  /**
   * What goes into each of {@link #splices()} to store these elements, a permutation of the present
   * ones.
   *
   * @param elements buffers that follow each other
   * @return one list of buffers a splice, of {@link Splice#newLength()} bytes in all
   */
  List<List<ByteBuffer>> encode(List<ByteBuffer> elements);

  /**
   * The places in the model to exchange so that the elements are said to be in a data file: the
   * first is for the new entries, the others are to be emptied.
   *
   * @param newLength length of what will be put into the first
   */
  List<Splice> moveSplices(long newLength);

  /** Reads all bytes, in pieces of whole elements. */
  default void read(BytesConsumer consumer) throws IOException {
    read(0, length(), consumer);
  }

  /** Reads some bytes, of whole elements, in pieces of whole elements. */
  default void read(long offset, long count, BytesConsumer consumer) throws IOException {
    ReadBuffers.read(this::read, offset, count, consumer);
  }

  /** Whether another tensor's elements are the same bytes. */
  default boolean hasSameBytes(TensorData other) throws IOException {
    if (length() != other.length()) {
      return false;
    }
    ByteBuffer ours = ReadBuffers.first();
    ByteBuffer theirs = ReadBuffers.second();
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
