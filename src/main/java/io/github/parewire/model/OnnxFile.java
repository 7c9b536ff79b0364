package io.github.parewire.model;

import static java.util.stream.Collectors.toSet;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX file, mapped into memory and parsed, and its data files. Tensor bytes stay in the
 * mapping: raw_data of the parsed message is a view of it. Closing it closes all files.
 */
public final class OnnxFile implements Closeable {

  private final OpenFile file;
  private final ByteBuffer bytes;
  private final ModelProto model;
  private final WireIndex index;
  private final ExternalFiles files;
  private final Map<TensorProto, ExternalData> external;
  private final Map<TensorProto, TensorProto> overlapping;

  private OnnxFile(
      OpenFile file, Parsed parsed, ExternalFiles files, Map<TensorProto, ExternalData> external) {
    this.file = file;
    this.bytes = parsed.bytes();
    this.model = parsed.model();
    this.index = parsed.index();
    this.files = files;
    this.external = external;
    this.overlapping = overlapping(external.values());
  }

  /**
   * Opens a model, refusing data files with hard links.
   *
   * @see #open(Path, boolean)
   */
  public static OnnxFile open(Path path) throws IOException {
    return open(path, false);
  }

  /**
   * Opens a model.
   *
   * @param path the file; it is never written to, nor are its data files
   * @param allowHardLinks whether a data file may have other names
   * @throws NoSuchFileException if there is none
   * @throws IOException if it can't be read, or changes while it is
   * @throws ModelException if it is no ONNX model, a tensor contradicts itself, or a data file is
   *     missing or unsafe to read
   */
  public static OnnxFile open(Path path, boolean allowHardLinks) throws IOException {
    requireFile(path);
    FileStamp stamp = FileStamp.of(path);
    OpenFile file = new OpenFile(stamp, FileChannel.open(path, StandardOpenOption.READ));
    try {
      return reading(stamp::requireUnchanged, path, () -> parse(file, allowHardLinks));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Opens a model, reads what is wanted of it, and closes it. If the file changes meanwhile, the
   * call fails for that, whatever else goes wrong.
   *
   * @param path the file; it is never written to, nor are its data files
   * @param allowHardLinks whether a data file may have other names
   * @param reader what to do; it may keep nothing of the file
   * @return what the reader returns
   * @throws IOException if the file can't be read, changes while it is, or the reader throws it
   * @throws ModelException if it is no ONNX model that can be read safely
   */
  public static <T> T read(Path path, boolean allowHardLinks, Reader<T> reader) throws IOException {
    return use(
        path,
        allowHardLinks,
        file -> {
          T result = reader.read(file);
          file.requireUnchanged();
          return result;
        });
  }

  /**
   * As {@link #read}, for a user that calls {@link #requireUnchanged} itself before its result
   * counts, and for whom the file may change from then on.
   */
  public static <T> T use(Path path, boolean allowHardLinks, Reader<T> user) throws IOException {
    try (OnnxFile file = open(path, allowHardLinks)) {
      return reading(file::requireUnchanged, path, () -> user.read(file));
    }
  }

  /** A model as it is in its file, whatever its data files are like. */
  private record Parsed(ByteBuffer bytes, ModelProto model, WireIndex index) {}

  private static OnnxFile parse(OpenFile file, boolean allowHardLinks) throws IOException {
    Parsed parsed = parse(file);
    ExternalFiles files = new ExternalFiles(file.path(), allowHardLinks);
    try {
      return new OnnxFile(file, parsed, files, external(file.path(), parsed.index(), files));
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /**
   * The data files that a file names if it is a model, relative to its folder. None of them is
   * opened, or need be there.
   *
   * @return empty if the file is no model
   * @throws IOException if it can't be read
   */
  public static Set<String> locations(Path path) throws IOException {
    FileStamp stamp = FileStamp.of(path);
    try (OpenFile file = new OpenFile(stamp, FileChannel.open(path, StandardOpenOption.READ))) {
      return reading(
          stamp::requireUnchanged,
          path,
          () ->
              parse(file).index().tensors().stream()
                  .filter(each -> each.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
                  .flatMap(each -> each.getExternalDataList().stream())
                  .filter(entry -> entry.getKey().equals("location"))
                  .map(StringStringEntryProto::getValue)
                  .collect(toSet()));
    } catch (ModelException e) {
      return Set.of();
    }
  }

  private static Parsed parse(OpenFile file) throws IOException {
    Path path = file.path();
    ByteBuffer bytes = map(file);
    ModelProto model;
    WireIndex index;
    try {
      WireCheck.check(bytes, ModelProto.getDescriptor());
      model = ModelProto.parseFrom(input(bytes));
      index = WireIndex.of(input(bytes), model);
    } catch (InvalidProtocolBufferException e) {
      throw ForeignFormat.refusal(bytes, path.toString())
          .orElseGet(
              () ->
                  new ModelException(
                      path.toString(),
                      "not an ONNX model, or cut short: expected a protobuf message of "
                          + bytes.capacity()
                          + " bytes, found: "
                          + e.getMessage().replaceAll("\\s+", " "),
                      "export or copy it again"))
          .because(e);
    }
    if (!model.hasGraph()) {
      throw ForeignFormat.refusal(bytes, path.toString())
          .orElseGet(
              () ->
                  new ModelException(
                      path.toString(),
                      "not an ONNX model: expected a ModelProto with a graph, found none",
                      "give the .onnx file itself"));
    }
    index.tensors().forEach(tensor -> TensorChecks.check(path, tensor));
    return new Parsed(bytes, model, index);
  }

  private static Map<TensorProto, ExternalData> external(
      Path path, WireIndex index, ExternalFiles files) throws IOException {
    IdentityHashMap<TensorProto, ExternalData> external = new IdentityHashMap<>();
    for (TensorProto tensor : index.tensors()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        String where = path + ", tensor '" + tensor.getName() + "'";
        external.put(tensor, ExternalData.of(where, tensor, index.wire(tensor), files));
      }
    }
    return external;
  }

  private static void requireFile(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new ModelException(
          path.toString(), "expected a file, found a folder", "name the .onnx file in it");
    }
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isRegularFile(path)) {
      throw new ModelException(
          path.toString(), "expected a regular file, found a device, pipe or socket");
    }
  }

  private static ByteBuffer map(OpenFile file) throws IOException {
    String path = file.path().toString();
    long size = file.channel().size();
    file.stamp().requireSize(size);
    if (size == 0) {
      throw new ModelException(
          path, "expected an ONNX model, found an empty file", "export it again");
    }
    if (size > Integer.MAX_VALUE) {
      ByteBuffer beginning =
          file.channel().map(FileChannel.MapMode.READ_ONLY, 0, ForeignFormat.BEGINNING);
      throw ForeignFormat.refusal(beginning, path)
          .orElseGet(
              () ->
                  new ModelException(
                      path,
                      "expected at most 2147483647 bytes, as protobuf allows no more, found "
                          + size,
                      "save the model with external data"));
    }
    return file.channel().map(FileChannel.MapMode.READ_ONLY, 0, size);
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
    return file.path();
  }

  /** The parsed message. */
  public ModelProto model() {
    return model;
  }

  /** The version of the format that the file says it has. */
  public long irVersion() {
    return model.getIrVersion();
  }

  /** Each operator set that the model imports, such as "ai.onnx 18", in the order of the file. */
  public List<String> opsets() {
    return model.getOpsetImportList().stream()
        .map(
            opset ->
                (opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain())
                    + " "
                    + opset.getVersion())
        .toList();
  }

  /** Name and version of the program that made the file; may be empty. */
  public String producer() {
    return (model.getProducerName() + " " + model.getProducerVersion()).strip();
  }

  /** The size in bytes. */
  public long size() {
    return bytes.capacity();
  }

  /** Reads some bytes of the file, in order. */
  public void read(WireSpan span, BytesConsumer consumer) throws IOException {
    file.read(span, consumer);
  }

  /** All tensors that have their bytes in data files, in the order of the file. */
  public List<ExternalData> external() {
    return index.tensors().stream().map(external::get).filter(Objects::nonNull).toList();
  }

  /** Where a tensor's bytes are in a data file; empty if they are in the model. */
  public Optional<ExternalData> external(TensorProto tensor) {
    return Optional.ofNullable(external.get(tensor));
  }

  /**
   * The elements of a tensor of this file.
   *
   * @param tensor an object found in {@link #model()}, by identity
   * @return its elements; empty if they are only a segment of it, or numbers of a type that is not
   *     rewired
   * @throws ModelException if one is no number of the tensor's type
   */
  public Optional<TensorData> data(TensorProto tensor) {
    return data(tensor, where(tensor.getName()));
  }

  private Optional<TensorData> data(TensorProto tensor, String where) {
    TensorData range = external.get(tensor);
    if (range != null || tensor.hasSegment()) {
      return Optional.ofNullable(range);
    }
    TensorWire wire = index.wire(tensor);
    List<TensorWire.Field> raw = wire.numbered(TensorProto.RAW_DATA_FIELD_NUMBER);
    if (!raw.isEmpty()) {
      return Optional.of(new RawData(tensor, file, raw.get(raw.size() - 1), wire.all()));
    }
    return ElementType.of(tensor.getDataType()).map(type -> typedData(tensor, type, wire, where));
  }

  private TensorData typedData(
      TensorProto tensor, ElementType type, TensorWire wire, String where) {
    List<TensorWire.Field> fields = wire.numbered(type.typedField());
    return type.isInInt32Data()
        ? VarintData.of(where, tensor, type, fields, wire.all())
        : new FixedWidthData(tensor, file, bytes, type.bytes(), fields, wire.all());
  }

  private String where(String tensor) {
    return path() + ", tensor '" + tensor + "'";
  }

  /** All tensors of the file, each as the object of {@link #model()}, in the order of the file. */
  public List<TensorProto> tensors() {
    return index.tensors();
  }

  /** Whether bytes of a tensor are also bytes of another one, which would change with it. */
  public boolean sharesBytes(TensorProto tensor) {
    return overlapping.containsKey(tensor);
  }

  /** The name of a tensor that has bytes of another one, too; of one of them, if there are more. */
  public Optional<String> sharerOfBytes(StoredTensor tensor) {
    return Optional.ofNullable(overlapping.get(tensor.data().tensor())).map(TensorProto::getName);
  }

  /** The tensors whose range in a data file has a byte of another one's, each with that one. */
  private static Map<TensorProto, TensorProto> overlapping(Collection<ExternalData> ranges) {
    IdentityHashMap<TensorProto, TensorProto> found = new IdentityHashMap<>();
    List<ExternalData> sorted = new ArrayList<>(ranges);
    sorted.sort(
        Comparator.comparing(ExternalData::file).thenComparingLong(range -> range.span().offset()));
    // Of those before, the one that reaches furthest.
    ExternalData last = null;
    for (ExternalData range : sorted) {
      if (last != null && last.overlaps(range)) {
        found.putIfAbsent(last.tensor(), range.tensor());
        found.put(range.tensor(), last.tensor());
      }
      if (last == null
          || !last.file().equals(range.file())
          || range.span().end() > last.span().end()) {
        last = range;
      }
    }
    return found;
  }

  /**
   * A tensor of this file that can be rewired.
   *
   * @param tensor an object found in {@link #model()}, by identity, that is no segment
   * @param name the tensor's name for people
   * @param type its element type
   * @throws ModelException if it has elements in two forms, or ones that are not of its type
   */
  public StoredTensor stored(TensorProto tensor, String name, ElementType type) {
    TensorWire wire = index.wire(tensor);
    int forms = external.containsKey(tensor) ? 1 : 0;
    forms += wire.numbered(TensorProto.RAW_DATA_FIELD_NUMBER).isEmpty() ? 0 : 1;
    forms += wire.numbered(type.typedField()).isEmpty() ? 0 : 1;
    if (forms > 1) {
      throw new ModelException(
          where(name), "expected its data in one form, found two", "export the model again");
    }
    return new StoredTensor(where(name), name, type, data(tensor, where(name)).orElseThrow());
  }

  /**
   * Checks that the file and its data files are as they were when they were opened.
   *
   * @throws IOException if one is not
   */
  public void requireUnchanged() throws IOException {
    file.stamp().requireUnchanged();
    files.requireUnchanged();
  }

  /**
   * Something that reads a file.
   *
   * @param <T> what it finds
   */
  public interface Reader<T> {
    /** Does it. */
    T read(OnnxFile file) throws IOException;
  }

  private interface Check {
    void run() throws IOException;
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  /** Does something that reads a file, and blames what fails on the file if that has changed. */
  private static <T> T reading(Check unchanged, Path path, Action<T> action) throws IOException {
    try {
      return action.run();
    } catch (IOException | RuntimeException | InternalError e) {
      try {
        unchanged.run();
      } catch (IOException changed) {
        changed.addSuppressed(e);
        throw changed;
      }
      if (e instanceof InternalError) {
        // How the JVM tells that a page of a mapped file could not be had.
        throw new IOException(path + ": a part of the file can't be read", e);
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      files.close();
    }
  }
}
