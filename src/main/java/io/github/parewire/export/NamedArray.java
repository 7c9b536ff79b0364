package io.github.parewire.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * @param description what a loader may want to know of it
 * @param elements its elements
 */
record NamedArray(
    String name, ElementType type, List<Long> dims, ObjectNode description, Elements elements) {

  /** Copies the shape. */
  NamedArray {
    dims = List.copyOf(dims);
  }

  /** The length of the elements in bytes. */
  long length() {
    return dims.stream().reduce((long) type.bytes(), Math::multiplyExact);
  }

  /** Where the elements come from. */
  interface Elements {
    /** Writes them, little-endian and row-major. */
    void writeTo(OutputStream out) throws IOException;
  }
}
