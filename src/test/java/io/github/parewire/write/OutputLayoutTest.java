package io.github.parewire.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.parewire.model.Enclosure;
import io.github.parewire.model.Splice;
import io.github.parewire.model.WireSpan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A file with some spans exchanged, put together by its layout. */
final class OutputLayoutTest {

  /** The whole output, with a letter for each byte of a splice. */
  private static byte[] output(byte[] in, List<Splice> splices) {
    OutputLayout layout = OutputLayout.of(in.length, splices);
    byte[] out = new byte[Math.toIntExact(layout.length())];
    for (OutputLayout.Piece piece : layout.pieces()) {
      int at = Math.toIntExact(piece.position());
      if (piece instanceof OutputLayout.Copy copy) {
        System.arraycopy(
            in,
            Math.toIntExact(copy.span().offset()),
            out,
            at,
            Math.toIntExact(copy.span().length()));
      } else if (piece instanceof OutputLayout.Prefix prefix) {
        prefix.bytes().duplicate().get(out, at, prefix.bytes().remaining());
      }
    }
    for (int i = 0; i < splices.size(); i++) {
      int at = Math.toIntExact(layout.position(splices.get(i)));
      for (int k = 0; k < splices.get(i).newLength(); k++) {
        out[at + k] = (byte) ('A' + i);
      }
    }
    return out;
  }

  private static void assertOutput(String expected, String in, Splice... splices) {
    assertEquals(
        expected,
        new String(
            output(in.getBytes(StandardCharsets.ISO_8859_1), List.of(splices)),
            StandardCharsets.ISO_8859_1));
  }

  private static Splice splice(int offset, int length, int newLength) {
    return new Splice(new WireSpan(offset, length), newLength, null);
  }

  @Test
  void withoutSplicesItIsTheInput() {
    assertOutput("0123456789", "0123456789");
    assertOutput("", "");
  }

  @Test
  void splicesOfAnyLengthInAnyOrder() {
    assertOutput("01AA456789", "0123456789", splice(2, 2, 2));
    assertOutput("BBB23A5678", "012345678", splice(4, 1, 1), splice(0, 2, 3));
    assertOutput("0156789AAAA", "0123456789", splice(10, 0, 4), splice(2, 3, 0));
    assertOutput("AB", "0123", splice(0, 2, 1), splice(2, 2, 1));
  }

  @Test
  void overlappingSplicesAreRefused() {
    List<Splice> overlapping = List.of(splice(2, 4, 4), splice(5, 2, 2));
    assertThrows(IllegalArgumentException.class, () -> OutputLayout.of(9, overlapping));
  }

  /** A message in a message: a tag, a length, and what it encloses. */
  private static byte[] nested(int contents) {
    List<Byte> bytes = new ArrayList<>();
    int inner = 1 + varint(contents).length + contents;
    bytes.add((byte) 'o');
    addAll(bytes, varint(inner));
    bytes.add((byte) 'i');
    addAll(bytes, varint(contents));
    for (int i = 0; i < contents; i++) {
      bytes.add((byte) 'c');
    }
    bytes.add((byte) 'e');
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return array;
  }

  private static void addAll(List<Byte> bytes, byte[] more) {
    for (byte each : more) {
      bytes.add(each);
    }
  }

  private static byte[] varint(int value) {
    ByteBuffer bytes = ByteBuffer.allocate(5);
    int rest = value;
    while (rest >= 0x80) {
      bytes.put((byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.put((byte) rest);
    byte[] array = new byte[bytes.position()];
    bytes.flip().get(array);
    return array;
  }

  /** The same message with contents of another length, by exchanging all of them. */
  private static void assertGrows(int from, int to) {
    byte[] in = nested(from);
    int innerLength = varint(from).length;
    int outerLength = varint(1 + innerLength + from).length;
    Enclosure outer =
        new Enclosure(
            null,
            new WireSpan(1, outerLength),
            new WireSpan(1 + outerLength, 1 + innerLength + from));
    int innerAt = 1 + outerLength + 1;
    Enclosure inner =
        new Enclosure(
            outer, new WireSpan(innerAt, innerLength), new WireSpan(innerAt + innerLength, from));
    Splice all = new Splice(new WireSpan(innerAt + innerLength, from), to, inner);
    byte[] expected = nested(to);
    byte[] found = output(in, List.of(all));
    for (int i = 0; i < found.length; i++) {
      found[i] = found[i] == 'A' ? (byte) 'c' : found[i];
    }
    assertArrayEquals(expected, found, from + " to " + to);
  }

  /** A length prefix that becomes longer makes the message around it longer in its turn. */
  @Test
  void lengthsOfEnclosingMessagesAreWrittenAnew() {
    for (int from : new int[] {1, 100, 125, 127, 128, 300, 16_380, 16_384}) {
      for (int to : new int[] {0, 1, 120, 124, 125, 126, 127, 128, 129, 16_383, 16_384, 20_000}) {
        assertGrows(from, to);
      }
    }
  }
}
