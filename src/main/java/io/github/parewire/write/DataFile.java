package io.github.parewire.write;

import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.TensorData;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The output's data file: which tensors it holds, where, and what the model says of that. Places
 * are aligned so that readers can map them; ranges that were shared stay so.
 */
final class DataFile {

  /** ONNX, "External Data": a page, and what Windows can map. */
  private static final long PAGE = 1 << 12;

  private static final long MAPPABLE = 1 << 16;

  /** From this size on, mapping pays. */
  private static final long LARGE = 1 << 20;

  /** Tensors below this size stay in the model, as with the onnx package. */
  private static final long SMALLEST_MOVED = 1024;

  /** A range of an input's data file. */
  private record Source(Path file, long offset, long length) {}

  private final String location;
  private final List<TensorData> tensors = new ArrayList<>();
  private final IdentityHashMap<TensorProto, Long> offsets = new IdentityHashMap<>();
  private final IdentityHashMap<Splice, byte[]> entries = new IdentityHashMap<>();
  private final Map<Source, Long> shared = new HashMap<>();
  private long end;

  private DataFile(String location) {
    this.location = location;
  }

  /**
   * Plans a data file.
   *
   * @param in the input; what it has in data files is in this one
   * @param location the data file's name
   * @param moveInitializers whether large initializers of the main graph go into it too
   */
  static DataFile of(OnnxFile in, String location, boolean moveInitializers) throws IOException {
    DataFile data = new DataFile(location);
    for (ExternalData range : in.external()) {
      Source source = new Source(range.file(), range.span().offset(), range.length());
      data.add(range, data.shared.computeIfAbsent(source, s -> data.place(range.length())));
    }
    if (moveInitializers) {
      for (TensorProto tensor : in.model().getGraph().getInitializerList()) {
        Optional<TensorData> inside = in.data(tensor);
        if (!data.offsets.containsKey(tensor)
            && inside.isPresent()
            && inside.get().length() >= SMALLEST_MOVED) {
          data.add(inside.get(), data.place(inside.get().length()));
        }
      }
    }
    return data;
  }

  private long place(long length) {
    long alignment = length >= LARGE ? MAPPABLE : PAGE;
    long offset = (end + alignment - 1) / alignment * alignment;
    end = Math.addExact(offset, length);
    return offset;
  }

  private void add(TensorData data, long offset) {
    tensors.add(data);
    offsets.put(data.tensor(), offset);
    byte[] fields = fields(data, offset);
    List<Splice> splices = data.moveSplices(fields.length);
    for (int i = 0; i < splices.size(); i++) {
      entries.put(splices.get(i), i == 0 ? fields : new byte[0]);
    }
  }

  /**
   * The fields, as on the wire, by which a tensor says where its bytes are. Entries that it has
   * keep what else they say; a checksum is left out, as it is one of the old file.
   */
  private byte[] fields(TensorData data, long offset) {
    List<StringStringEntryProto> old = data.tensor().getExternalDataList();
    return TensorProto.newBuilder()
        .addExternalData(entry(old, "location", location))
        .addExternalData(entry(old, "offset", Long.toString(offset)))
        .addExternalData(entry(old, "length", Long.toString(data.length())))
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .build()
        .toByteArray();
  }

  private static StringStringEntryProto entry(
      List<StringStringEntryProto> old, String key, String value) {
    return old.stream()
        .filter(e -> e.getKey().equals(key))
        .findFirst()
        .map(StringStringEntryProto::toBuilder)
        .orElseGet(() -> StringStringEntryProto.newBuilder().setKey(key))
        .setValue(value)
        .build();
  }

  /** Whether the file holds nothing, and is not to be made. */
  boolean isEmpty() {
    return tensors.isEmpty();
  }

  /** Where a tensor's bytes begin; empty if it is not in this file. */
  OptionalLong offset(TensorProto tensor) {
    Long offset = offsets.get(tensor);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** What to exchange in the model, and for which bytes. */
  Map<Splice, byte[]> entries() {
    return entries;
  }

  /** Copies the bytes of all tensors but some from where they are in the input. */
  void copy(PositionalWriter out, Iterable<TensorProto> except) throws IOException {
    Set<TensorProto> skipped = Collections.newSetFromMap(new IdentityHashMap<>());
    except.forEach(skipped::add);
    for (TensorData data : tensors) {
      if (!skipped.contains(data.tensor())) {
        long[] at = {offsets.get(data.tensor())};
        data.read(
            bytes -> {
              int length = bytes.remaining();
              out.write(bytes, at[0]);
              at[0] += length;
            });
      }
    }
  }

  /** Writes bytes at a place. */
  interface PositionalWriter {
    /** Writes all bytes of a buffer. */
    void write(ByteBuffer bytes, long position) throws IOException;
  }
}
