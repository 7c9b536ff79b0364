package io.github.parewire.model;

/**
 * Bytes of the input file that are exchanged in the output.
 *
 * @param old the bytes to leave out
 * @param newLength the number of bytes that take their place
 * @param enclosure the innermost message around them, or null directly inside the file's own
 */
public record Splice(WireSpan old, long newLength, Enclosure enclosure) {}
