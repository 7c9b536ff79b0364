package io.github.parewire.model;

/**
 * A message on the wire that encloses others: where its length prefix stands, which must be written
 * anew if something inside changes its length.
 *
 * @param parent the enclosing message, or null directly inside the file's own
 * @param prefix the bytes of the length prefix (a varint)
 * @param payload the bytes of the message behind it
 */
public record Enclosure(Enclosure parent, WireSpan prefix, WireSpan payload) {}
