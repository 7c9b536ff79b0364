package io.github.parewire.write;

import io.github.parewire.model.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * An array in a file of arrays.
 *
 * @param name its name
 * @param type its element type
 * @param dims its shape
 * @param description a JSON object about it
 * @param elements its elements
 */
public record NamedArray(
    String name, ElementType type, List<Long> dims, String description, Elements elements) {

  /** Copies its argument. */
  public NamedArray {
    dims = List.copyOf(dims);
  }

  /** The length of the elements in bytes. */
  long length() {
    return dims.stream().reduce((long) type.bytes(), Math::multiplyExact);
  }

  /** Where the elements come from. */
  public interface Elements {
    /** Writes them, little-endian and row-major. */
    void writeTo(OutputStream out) throws IOException;
  }
}
