package io.github.parewire.write;

import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a model as its input with other elements in some tensors. Every other byte is the input's.
 *
 * <p>Tensors may come in any order and from several threads: each has its place from the start, so
 * no more than the tensors at work are held in memory.
 */
public final class ModelWriter {

  private final FileChannel out;
  private final OutputLayout layout;
  private final Map<StoredTensor, List<Splice>> splices;

  private ModelWriter(
      FileChannel out, OutputLayout layout, Map<StoredTensor, List<Splice>> splices) {
    this.out = out;
    this.layout = layout;
    this.splices = splices;
  }

  /**
   * Writes everything but the elements of the given tensors.
   *
   * @param in the input
   * @param changed the tensors of the input whose elements {@link #write} will be given
   * @param out the new file, empty
   */
  public static ModelWriter begin(OnnxFile in, Collection<StoredTensor> changed, FileChannel out)
      throws IOException {
    Map<StoredTensor, List<Splice>> splices = new IdentityHashMap<>();
    List<Splice> all = new ArrayList<>();
    for (StoredTensor tensor : changed) {
      splices.put(tensor, tensor.splices());
      all.addAll(splices.get(tensor));
    }
    OutputLayout layout = OutputLayout.of(in.bytes(), all);
    ModelWriter writer = new ModelWriter(out, layout, splices);
    for (OutputLayout.Piece piece : layout.pieces()) {
      writer.writeFully(piece.bytes().duplicate(), piece.position());
    }
    return writer;
  }

  /**
   * Writes a tensor's new elements.
   *
   * @param elements a permutation of the tensor's elements, little-endian, row-major
   */
  public void write(StoredTensor tensor, List<ByteBuffer> elements) throws IOException {
    List<Splice> places = splices.get(tensor);
    List<List<ByteBuffer>> encoded = tensor.encode(elements);
    for (int i = 0; i < places.size(); i++) {
      long at = layout.position(places.get(i));
      for (ByteBuffer part : encoded.get(i)) {
        ByteBuffer bytes = part.duplicate();
        long length = bytes.remaining();
        writeFully(bytes, at);
        at += length;
      }
    }
  }

  private void writeFully(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += out.write(bytes, at);
    }
  }
}
