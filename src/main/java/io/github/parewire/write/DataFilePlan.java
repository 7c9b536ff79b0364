package io.github.parewire.write;

import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import java.util.ArrayList;
import java.util.List;

/** Places tensors in the output's data file, aligned so that readers can map them. */
final class DataFilePlan {

  /** ONNX, "External Data": a page, and what Windows can map. */
  private static final long PAGE = 1 << 12;

  private static final long MAPPABLE = 1 << 16;

  /** From this size on, mapping pays. */
  private static final long LARGE = 1 << 20;

  private final String location;
  private long end;

  /**
   * Makes an empty plan.
   *
   * @param location the data file's name
   */
  DataFilePlan(String location) {
    this.location = location;
  }

  /**
   * Finds a place.
   *
   * @param length in bytes
   * @return the offset of the first byte
   */
  long place(long length) {
    long alignment = length >= LARGE ? MAPPABLE : PAGE;
    long offset = (end + alignment - 1) / alignment * alignment;
    end = Math.addExact(offset, length);
    return offset;
  }

  /**
   * The external_data fields, as on the wire, of a tensor with bytes at a place. Entries keep their
   * order; a checksum is left out, as it is one of the old file.
   *
   * @param old the entries that the tensor has now; may be none
   */
  byte[] entries(List<StringStringEntryProto> old, long offset, long length) {
    List<StringStringEntryProto> entries = new ArrayList<>();
    add(entries, old, "location", location);
    add(entries, old, "offset", Long.toString(offset));
    add(entries, old, "length", Long.toString(length));
    return TensorProto.newBuilder().addAllExternalData(entries).build().toByteArray();
  }

  private static void add(
      List<StringStringEntryProto> entries,
      List<StringStringEntryProto> old,
      String key,
      String value) {
    StringStringEntryProto.Builder entry =
        old.stream()
            .filter(e -> e.getKey().equals(key))
            .findFirst()
            .map(StringStringEntryProto::toBuilder)
            .orElseGet(() -> StringStringEntryProto.newBuilder().setKey(key));
    entries.add(entry.setValue(value).build());
  }
}
