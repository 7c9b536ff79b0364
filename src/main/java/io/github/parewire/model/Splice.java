package io.github.parewire.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of the input file that are exchanged in the output.
 *
 * @param old the bytes to leave out
 * @param newLength the number of bytes that take their place
 * @param enclosure the innermost message around them, or null directly inside the file's own
 */
public record Splice(WireSpan old, long newLength, Enclosure enclosure) {

  /** Exchanges what a field holds for as many bytes. */
  static Splice inPlace(TensorWire.Field field) {
    return new Splice(field.payload(), field.payload().length(), field.enclosure());
  }

  /** Exchanges the first of some fields for something new, and drops the others. */
  static List<Splice> exchange(List<TensorWire.Field> fields, long newLength) {
    List<Splice> splices = new ArrayList<>();
    for (TensorWire.Field field : fields) {
      long length = splices.isEmpty() ? newLength : 0;
      splices.add(new Splice(field.whole(), length, field.enclosure()));
    }
    return splices;
  }
}
