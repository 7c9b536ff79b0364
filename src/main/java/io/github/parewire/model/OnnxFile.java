package io.github.parewire.model;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * An ONNX file, mapped into memory and parsed. Tensor bytes stay in the mapping: raw_data of the
 * parsed message is a view of it.
 */
public final class OnnxFile {

  private final Path path;
  private final ByteBuffer bytes;
  private final ModelProto model;
  private final Map<TensorProto, TensorWire> wires;

  private OnnxFile(
      Path path, ByteBuffer bytes, ModelProto model, Map<TensorProto, TensorWire> wires) {
    this.path = path;
    this.bytes = bytes;
    this.model = model;
    this.wires = wires;
  }

  /**
   * Opens a model.
   *
   * @param path the file; it is never written to
   * @throws NoSuchFileException if there is none
   * @throws IOException if it can't be read
   * @throws ModelException if it is no ONNX model, or a tensor contradicts itself
   */
  public static OnnxFile open(Path path) throws IOException {
    ByteBuffer bytes = map(path);
    try {
      ModelProto model = ModelProto.parseFrom(input(bytes));
      if (!model.hasGraph()) {
        throw new ModelException(
            path.toString(),
            "not an ONNX model: expected a ModelProto with a graph, found none",
            "give the .onnx file itself");
      }
      Map<TensorProto, TensorWire> wires = WireIndex.of(input(bytes), model);
      wires.keySet().forEach(tensor -> TensorChecks.check(path, tensor));
      return new OnnxFile(path, bytes, model, wires);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException(
          path.toString(),
          "not an ONNX model, or cut short: expected a protobuf message of "
              + bytes.capacity()
              + " bytes, found: "
              + e.getMessage().replaceAll("\\s+", " "),
          "export or copy it again",
          e);
    }
  }

  private static ByteBuffer map(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new ModelException(
          path.toString(), "expected a file, found a folder", "name the .onnx file in it");
    }
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isRegularFile(path)) {
      throw new ModelException(
          path.toString(), "expected a regular file, found a device, pipe or socket", "");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size == 0) {
        throw new ModelException(
            path.toString(), "expected an ONNX model, found an empty file", "export it again");
      }
      if (size > Integer.MAX_VALUE) {
        throw new ModelException(
            path.toString(),
            "expected at most 2147483647 bytes, as protobuf allows no more, found " + size,
            "save the model with external data");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
    }
  }

  /** A stream over the mapping whose byte strings are views of it. */
  private static CodedInputStream input(ByteBuffer bytes) {
    ByteString whole = UnsafeByteOperations.unsafeWrap(bytes.duplicate());
    CodedInputStream in = whole.newCodedInput();
    in.enableAliasing(true);
    in.setRecursionLimit(WireIndex.RECURSION_LIMIT);
    return in;
  }

  /** Where the file is, as it was named. */
  public Path path() {
    return path;
  }

  /** The parsed message. */
  public ModelProto model() {
    return model;
  }

  /** The size in bytes. */
  public long size() {
    return bytes.capacity();
  }

  /** The whole file, read-only. */
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /**
   * The stored elements of a tensor of this file.
   *
   * @param tensor an object found in {@link #model()}, by identity
   * @param name the tensor's name for people
   * @param type its element type
   */
  public StoredTensor stored(TensorProto tensor, String name, ElementType type) {
    TensorWire wire = wires.get(tensor);
    if (wire == null) {
      throw new IllegalArgumentException("no tensor of " + path + ": " + name);
    }
    return StoredTensor.of(this, tensor, wire, name, type);
  }
}
