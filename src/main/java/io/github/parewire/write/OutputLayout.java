package io.github.parewire.write;

import com.google.protobuf.CodedOutputStream;
import io.github.parewire.model.Enclosure;
import io.github.parewire.model.Splice;
import io.github.parewire.model.WireSpan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes in the output, if some spans of the input are exchanged for others that may
 * be longer or shorter. The length prefix of each message around a change of length is written
 * anew; all other bytes are the input's.
 */
final class OutputLayout {

  /** A piece of the output that is known from the start. */
  sealed interface Piece {

    /** Where it begins in the output. */
    long position();
  }

  /** Bytes of the input. */
  record Copy(long position, WireSpan span) implements Piece {}

  /** A new length prefix. */
  record Prefix(long position, ByteBuffer bytes) implements Piece {}

  private final List<Piece> pieces = new ArrayList<>();
  private final IdentityHashMap<Splice, Long> positions = new IdentityHashMap<>();
  private long length;

  private OutputLayout() {}

  /**
   * Lays out an output.
   *
   * @param size of the input, in bytes
   * @param splices what is exchanged; spans must not overlap
   */
  static OutputLayout of(long size, Collection<Splice> splices) {
    record Change(WireSpan old, Splice splice, ByteBuffer literal) {}

    List<Change> changes = new ArrayList<>();
    splices.forEach(splice -> changes.add(new Change(splice.old(), splice, null)));
    newPrefixes(splices)
        .forEach(
            (enclosure, prefix) ->
                changes.add(new Change(enclosure.prefix(), null, ByteBuffer.wrap(prefix))));
    changes.sort(Comparator.comparingLong(change -> change.old().offset()));

    OutputLayout layout = new OutputLayout();
    long from = 0;
    for (Change change : changes) {
      layout.copy(from, change.old().offset());
      if (change.splice() != null) {
        layout.positions.put(change.splice(), layout.length);
        layout.length += change.splice().newLength();
      } else {
        layout.pieces.add(new Prefix(layout.length, change.literal()));
        layout.length += change.literal().remaining();
      }
      from = change.old().end();
    }
    layout.copy(from, size);
    return layout;
  }

  private void copy(long from, long to) {
    if (from > to) {
      throw new IllegalArgumentException("splices overlap at byte " + to);
    }
    if (from < to) {
      pieces.add(new Copy(length, new WireSpan(from, to - from)));
      length += to - from;
    }
  }

  /** The pieces around the splices. */
  List<Piece> pieces() {
    return pieces;
  }

  /** Where a splice begins in the output, in bytes from its start. */
  long position(Splice splice) {
    return positions.get(splice);
  }

  /** The output's size in bytes. */
  long length() {
    return length;
  }

  /** The length prefixes to write anew: of all messages around a change of length. */
  private static Map<Enclosure, byte[]> newPrefixes(Collection<Splice> splices) {
    IdentityHashMap<Enclosure, Long> growth = new IdentityHashMap<>();
    for (Splice splice : splices) {
      grow(growth, splice.enclosure(), splice.newLength() - splice.old().length());
    }
    IdentityHashMap<Enclosure, byte[]> prefixes = new IdentityHashMap<>();
    List<Enclosure> innermostFirst = new ArrayList<>(growth.keySet());
    innermostFirst.sort(Comparator.comparingInt(OutputLayout::depth).reversed());
    for (Enclosure enclosure : innermostFirst) {
      byte[] prefix = varint(enclosure.payload().length() + growth.get(enclosure));
      prefixes.put(enclosure, prefix);
      grow(growth, enclosure.parent(), prefix.length - enclosure.prefix().length());
    }
    return prefixes;
  }

  private static void grow(Map<Enclosure, Long> growth, Enclosure innermost, long by) {
    if (by != 0) {
      for (Enclosure at = innermost; at != null; at = at.parent()) {
        growth.merge(at, by, Long::sum);
      }
    }
  }

  private static int depth(Enclosure enclosure) {
    int depth = 0;
    for (Enclosure at = enclosure.parent(); at != null; at = at.parent()) {
      depth++;
    }
    return depth;
  }

  private static byte[] varint(long value) {
    byte[] bytes = new byte[CodedOutputStream.computeUInt64SizeNoTag(value)];
    try {
      CodedOutputStream.newInstance(bytes).writeUInt64NoTag(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }
}
