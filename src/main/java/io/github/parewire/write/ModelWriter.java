package io.github.parewire.write;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.model.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes a model as its input with other elements in some tensors. Every other byte is the input's,
 * but for the place of external data, which goes to a file named after the output.
 *
 * <p>Tensors may come in any order and from several threads: each has its place from the start, so
 * no more than the tensors at work are held in memory.
 */
public final class ModelWriter {

  private final PendingOutput out;
  private final DataFile data;
  private final OutputLayout layout;
  private final IdentityHashMap<TensorData, List<Splice>> inline;

  private ModelWriter(
      PendingOutput out,
      DataFile data,
      OutputLayout layout,
      IdentityHashMap<TensorData, List<Splice>> inline) {
    this.out = out;
    this.data = data;
    this.layout = layout;
    this.inline = inline;
  }

  /**
   * Writes everything but the elements of the given tensors.
   *
   * @param in the input
   * @param changed the tensors of the input whose elements {@link #write} will be given
   * @param moveInitializers whether large initializers go to the data file
   * @param out the new files, empty
   */
  public static ModelWriter begin(
      OnnxFile in, Collection<StoredTensor> changed, boolean moveInitializers, PendingOutput out)
      throws IOException {
    String location = PendingOutput.dataFile(out.path()).getFileName().toString();
    DataFile data = DataFile.of(in, location, moveInitializers);
    List<Splice> splices = new ArrayList<>(data.entries().keySet());
    IdentityHashMap<TensorData, List<Splice>> inline = new IdentityHashMap<>();
    for (StoredTensor tensor : changed) {
      if (data.offset(tensor.data().tensor()).isEmpty()) {
        inline.put(tensor.data(), tensor.data().splices());
        splices.addAll(inline.get(tensor.data()));
      }
    }
    OutputLayout layout = OutputLayout.of(in.size(), splices);
    requireSize(in, layout);
    if (!data.isEmpty()) {
      // Refused before anything is written, if it stands in another file's place.
      out.data();
    }
    ModelWriter writer = new ModelWriter(out, data, layout, inline);
    writer.writeRest(in, changed);
    return writer;
  }

  private static void requireSize(OnnxFile in, OutputLayout layout) {
    if (layout.length() > Integer.MAX_VALUE) {
      throw new ModelException(
          in.path().toString(),
          "with the names of its data file the model would have "
              + layout.length()
              + " bytes, and protobuf allows 2147483647",
          "give OUT a shorter name");
    }
  }

  private void writeRest(OnnxFile in, Collection<StoredTensor> changed) throws IOException {
    for (OutputLayout.Piece piece : layout.pieces()) {
      write(in, piece);
    }
    for (Map.Entry<Splice, byte[]> entry : data.entries().entrySet()) {
      writeFully(out.model(), ByteBuffer.wrap(entry.getValue()), layout.position(entry.getKey()));
    }
    if (!data.isEmpty()) {
      FileChannel channel = out.data();
      data.copy(
          (bytes, at) -> writeFully(channel, bytes, at),
          changed.stream().map(tensor -> tensor.data().tensor()).toList());
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
    OptionalLong offset = data.offset(tensor.data().tensor());
    if (offset.isPresent()) {
      writeAll(out.data(), elements, offset.getAsLong());
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
