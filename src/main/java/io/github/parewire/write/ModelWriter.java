package io.github.parewire.write;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes a model as its input with other elements in some tensors. Every other byte is the input's,
 * but for the place of external data, which goes to files of the output's own.
 *
 * <p>Tensors may come in any order and from several threads: each has its place from the start, so
 * no more than the tensors at work are held in memory, and no more data files are open.
 */
public final class ModelWriter {

  private final PendingOutput out;
  private final DataFiles data;
  private final OutputLayout layout;
  private final IdentityHashMap<TensorData, List<Splice>> inline;
  private final IdentityHashMap<DataFile, AtomicInteger> unwritten = new IdentityHashMap<>();

  private ModelWriter(
      PendingOutput out,
      DataFiles data,
      OutputLayout layout,
      IdentityHashMap<TensorData, List<Splice>> inline) {
    this.out = out;
    this.data = data;
    this.layout = layout;
    this.inline = inline;
    data.files().forEach(file -> unwritten.put(file, new AtomicInteger(file.ranges().size())));
  }

  /**
   * Writes everything but the elements of the given tensors.
   *
   * @param in the input
   * @param changed the tensors of the input whose elements {@link #write} will be given, each once
   * @param data which data files there are to be
   * @param out the new files, empty
   */
  public static ModelWriter begin(
      OnnxFile in, Collection<StoredTensor> changed, DataFiles data, PendingOutput out)
      throws IOException {
    List<Splice> splices = new ArrayList<>(data.entries().keySet());
    IdentityHashMap<TensorData, List<Splice>> inline = new IdentityHashMap<>();
    for (StoredTensor tensor : changed) {
      if (data.place(tensor.data().tensor()).isEmpty()) {
        inline.put(tensor.data(), tensor.data().splices());
        splices.addAll(inline.get(tensor.data()));
      }
    }
    OutputLayout layout = OutputLayout.of(in.size(), splices);
    requireSize(in, layout);
    // Refused before anything is written, if one stands in another file's place.
    out.beginData(data.locations(), data.otherPlace());
    ModelWriter writer = new ModelWriter(out, data, layout, inline);
    writer.writeRest(in, changed);
    return writer;
  }

  private static void requireSize(OnnxFile in, OutputLayout layout) {
    if (layout.length() > Integer.MAX_VALUE) {
      throw new ModelException(
          in.path().toString(),
          "with the names of its data files the model would have "
              + layout.length()
              + " bytes, and protobuf allows 2147483647",
          "give OUT or its data files shorter names");
    }
  }

  private void writeRest(OnnxFile in, Collection<StoredTensor> changed) throws IOException {
    for (OutputLayout.Piece piece : layout.pieces()) {
      write(in, piece);
    }
    for (Map.Entry<Splice, byte[]> entry : data.entries().entrySet()) {
      writeFully(out.model(), ByteBuffer.wrap(entry.getValue()), layout.position(entry.getKey()));
    }
    Set<TensorProto> later = Collections.newSetFromMap(new IdentityHashMap<>());
    changed.forEach(tensor -> later.add(tensor.data().tensor()));
    for (DataFile file : data.files()) {
      if (file.isEmpty()) {
        // A file of no bytes can't be mapped; ONNX Runtime ends the process for one.
        writeFully(out.data(file.location()), ByteBuffer.allocate(1), 0);
      }
      for (DataFile.Range range : file.ranges()) {
        if (range.tensors().stream().map(TensorData::tensor).noneMatch(later::contains)) {
          copy(file, range);
        }
      }
    }
  }

  /** Copies bytes from where they are in the input. */
  private void copy(DataFile file, DataFile.Range range) throws IOException {
    FileChannel channel = out.data(file.location());
    long[] at = {range.offset()};
    range.tensors().get(0).read(bytes -> at[0] += writeFully(channel, bytes, at[0]));
    isWritten(file);
  }

  /** One more range is. */
  private void isWritten(DataFile file) throws IOException {
    if (unwritten.get(file).decrementAndGet() == 0) {
      out.closeData(file.location());
    }
  }

  private void write(OnnxFile in, OutputLayout.Piece piece) throws IOException {
    if (piece instanceof OutputLayout.Copy copy) {
      long[] at = {copy.position()};
      in.read(copy.span(), bytes -> at[0] += writeFully(out.model(), bytes, at[0]));
    } else if (piece instanceof OutputLayout.Prefix prefix) {
      writeFully(out.model(), prefix.bytes().duplicate(), prefix.position());
    }
  }

  /**
   * Writes a tensor's new elements.
   *
   * @param elements a permutation of the tensor's elements, little-endian, row-major
   */
  public void write(StoredTensor tensor, List<ByteBuffer> elements) throws IOException {
    Optional<DataFiles.Place> place = data.place(tensor.data().tensor());
    if (place.isPresent()) {
      DataFile file = place.get().file();
      writeAll(out.data(file.location()), elements, place.get().range().offset());
      isWritten(file);
      return;
    }
    List<Splice> places = inline.get(tensor.data());
    List<List<ByteBuffer>> encoded = tensor.data().encode(elements);
    for (int i = 0; i < places.size(); i++) {
      writeAll(out.model(), encoded.get(i), layout.position(places.get(i)));
    }
  }

  private void writeAll(FileChannel channel, List<ByteBuffer> parts, long position)
      throws IOException {
    long at = position;
    for (ByteBuffer part : parts) {
      at += writeFully(channel, part.duplicate(), at);
    }
  }

  private long writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    try {
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw out.failed(e);
    }
    return at - position;
  }
}
