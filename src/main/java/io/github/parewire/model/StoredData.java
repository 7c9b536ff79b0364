package io.github.parewire.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The elements of one tensor inside the model file. They come and go as little-endian bytes, the
 * form of raw_data.
 */
sealed interface StoredData permits FixedWidthData, VarintData {

  /** Reads the elements' bytes, in order. */
  void read(BytesConsumer consumer) throws IOException;

  /** The places in the file to exchange when the elements are. */
  List<Splice> splices();

  /**
   * What goes into each of {@link #splices()} to store these elements, a permutation of the present
   * ones.
   *
   * @param elements buffers that follow each other
   * @return one list of buffers a splice, of {@link Splice#newLength()} bytes in all
   */
  List<List<ByteBuffer>> encode(List<ByteBuffer> elements);
}
