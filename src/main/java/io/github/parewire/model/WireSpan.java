package io.github.parewire.model;

/**
 * Consecutive bytes of a file.
 *
 * @param offset in bytes from the start of the file
 * @param length in bytes
 */
public record WireSpan(long offset, long length) {

  /** The offset of the first byte behind the span. */
  public long end() {
    return offset + length;
  }
}
