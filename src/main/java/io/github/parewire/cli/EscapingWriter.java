package io.github.parewire.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;

/** Writes characters that an encoding lacks as JSON does, and not all of them as question marks. */
final class EscapingWriter extends FilterWriter {

  private final CharsetEncoder encoder;

  EscapingWriter(OutputStream stream, Charset encoding) {
    super(new OutputStreamWriter(stream, encoding));
    encoder = encoding.newEncoder();
  }

  @Override
  public void write(int unit) throws IOException {
    write(String.valueOf((char) unit), 0, 1);
  }

  @Override
  public void write(char[] units, int offset, int length) throws IOException {
    write(new String(units, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    String part = text.substring(offset, offset + length);
    out.write(encoder.canEncode(part) ? part : escaped(part));
  }

  private String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .mapToObj(Character::toString)
        .forEach(
            character -> {
              if (encoder.canEncode(character)) {
                escaped.append(character);
              } else {
                character.chars().forEach(unit -> escaped.append(String.format("\\u%04x", unit)));
              }
            });
    return escaped.toString();
  }
}
