package io.github.parewire.model;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes a tensor's bytes piece by piece. */
public interface BytesConsumer {

  /**
   * Takes the next bytes.
   *
   * @param bytes little-endian, whole elements; valid during the call only
   */
  void accept(ByteBuffer bytes) throws IOException;
}
