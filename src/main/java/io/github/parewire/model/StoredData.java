package io.github.parewire.model;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The elements of one tensor as the file holds them.
 *
 * <p>Elements are handed in and out as little-endian bytes, the form of raw_data, in a list of
 * buffers that follow each other (a buffer holds at most 2 GiB).
 */
sealed interface StoredData permits FixedWidthData, VarintData {

  /** The elements' bytes. Buffers may be views of the mapped file. */
  List<ByteBuffer> read();

  /** The places in the file to exchange when the elements are. */
  List<Splice> splices();

  /**
   * What goes into each of {@link #splices()} to store these elements, a permutation of the present
   * ones.
   *
   * @param elements as from {@link #read()}
   * @return one list of buffers a splice, of {@link Splice#newLength()} bytes in all
   */
  List<List<ByteBuffer>> encode(List<ByteBuffer> elements);
}
