package io.github.parewire.write;

import io.github.parewire.model.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * A data file of the output: what it is called, and where in it each range of bytes is. Places are
 * aligned so that readers can map them.
 */
final class DataFile {

  /** ONNX, "External Data": a page, and what Windows can map. */
  private static final long PAGE = 1 << 12;

  private static final long MAPPABLE = 1 << 16;

  /** From this size on, mapping pays. */
  private static final long LARGE = 1 << 20;

  /**
   * Bytes in the file.
   *
   * @param tensors those that have them: one, or some that shared them in the input
   * @param offset where they begin
   */
  record Range(List<TensorData> tensors, long offset) {}

  private final String location;
  private final List<Range> ranges = new ArrayList<>();
  private long end;

  /** An empty file. */
  DataFile(String location) {
    this.location = location;
  }

  /** The file's path, relative to the model's folder, as the model has it. */
  String location() {
    return location;
  }

  List<Range> ranges() {
    return ranges;
  }

  /** Whether no range has a byte. */
  boolean isEmpty() {
    return end == 0;
  }

  /** Adds bytes behind those that are there. */
  Range add(List<TensorData> tensors) {
    Range range = new Range(tensors, place(tensors.get(0).length()));
    ranges.add(range);
    return range;
  }

  private long place(long length) {
    if (length == 0) {
      // The next aligned place may lie behind the end of the file, where readers refuse any.
      return 0;
    }
    long alignment = length >= LARGE ? MAPPABLE : PAGE;
    long offset = (end + alignment - 1) / alignment * alignment;
    end = Math.addExact(offset, length);
    return offset;
  }
}
