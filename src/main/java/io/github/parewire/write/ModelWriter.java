package io.github.parewire.write;

import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a model as its input with other elements in some tensors. Every other byte is the input's,
 * but for the place of external data, which goes to a file named after the output.
 *
 * <p>Tensors may come in any order and from several threads: each has its place from the start, so
 * no more than the tensors at work are held in memory.
 */
public final class ModelWriter {

  private final PendingOutput out;
  private final IdentityHashMap<StoredTensor, List<Splice>> inline = new IdentityHashMap<>();
  private final IdentityHashMap<TensorProto, Long> external = new IdentityHashMap<>();
  private OutputLayout layout;

  private ModelWriter(PendingOutput out) {
    this.out = out;
  }

  /**
   * Writes everything but the elements of the given tensors.
   *
   * @param in the input
   * @param changed the tensors of the input whose elements {@link #write} will be given
   * @param out the new files, empty
   */
  public static ModelWriter begin(OnnxFile in, Collection<StoredTensor> changed, PendingOutput out)
      throws IOException {
    ModelWriter writer = new ModelWriter(out);
    List<Splice> splices = new ArrayList<>();
    for (StoredTensor tensor : changed) {
      writer.inline.put(tensor, tensor.splices());
      splices.addAll(writer.inline.get(tensor));
    }
    Map<Splice, byte[]> entries = writer.placeExternal(in);
    splices.addAll(entries.keySet());
    writer.layout = OutputLayout.of(in.bytes(), splices);
    if (writer.layout.length() > Integer.MAX_VALUE) {
      throw new ModelException(
          in.path().toString(),
          "with the names of its data file the model would have "
              + writer.layout.length()
              + " bytes, and protobuf allows 2147483647",
          "give OUT a shorter name");
    }
    for (OutputLayout.Piece piece : writer.layout.pieces()) {
      writeFully(out.model(), piece.bytes().duplicate(), piece.position());
    }
    for (Map.Entry<Splice, byte[]> entry : entries.entrySet()) {
      long at = writer.layout.position(entry.getKey());
      writeFully(out.model(), ByteBuffer.wrap(entry.getValue()), at);
    }
    writer.copyExternal(in, changed);
    return writer;
  }

  /** Gives each external tensor its place; ranges that were shared stay so. */
  private Map<Splice, byte[]> placeExternal(OnnxFile in) {
    record Place(Path file, long offset, long length) {}

    Path data = PendingOutput.dataFile(out.path()).getFileName();
    DataFilePlan plan = new DataFilePlan(data.toString());
    Map<Place, Long> places = new HashMap<>();
    IdentityHashMap<Splice, byte[]> entries = new IdentityHashMap<>();
    for (ExternalRange range : in.external()) {
      long length = range.span().length();
      long offset =
          places.computeIfAbsent(
              new Place(range.file(), range.span().offset(), length), p -> plan.place(length));
      external.put(range.tensor(), offset);
      byte[] first = plan.entries(range.tensor().getExternalDataList(), offset, length);
      List<Splice> splices = range.splices(first.length);
      for (int i = 0; i < splices.size(); i++) {
        entries.put(splices.get(i), i == 0 ? first : new byte[0]);
      }
    }
    return entries;
  }

  private void copyExternal(OnnxFile in, Collection<StoredTensor> changed) throws IOException {
    IdentityHashMap<TensorProto, Boolean> written = new IdentityHashMap<>();
    changed.forEach(tensor -> written.put(tensor.proto(), true));
    for (ExternalRange range : in.external()) {
      if (!written.containsKey(range.tensor())) {
        long[] at = {external.get(range.tensor())};
        range.read(bytes -> at[0] += writeFully(out.data(), bytes, at[0]));
      }
    }
    if (!external.isEmpty()) {
      // Made here rather than by whichever thread is first.
      out.data();
    }
  }

  /**
   * Writes a tensor's new elements.
   *
   * @param elements a permutation of the tensor's elements, little-endian, row-major
   */
  public void write(StoredTensor tensor, List<ByteBuffer> elements) throws IOException {
    Long offset = external.get(tensor.proto());
    if (offset != null) {
      writeAll(out.data(), elements, offset);
      return;
    }
    List<Splice> places = inline.get(tensor);
    List<List<ByteBuffer>> encoded = tensor.encode(elements);
    for (int i = 0; i < places.size(); i++) {
      writeAll(out.model(), encoded.get(i), layout.position(places.get(i)));
    }
  }

  private static void writeAll(FileChannel channel, List<ByteBuffer> parts, long position)
      throws IOException {
    long at = position;
    for (ByteBuffer part : parts) {
      at += writeFully(channel, part.duplicate(), at);
    }
  }

  private static long writeFully(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return at - position;
  }
}
