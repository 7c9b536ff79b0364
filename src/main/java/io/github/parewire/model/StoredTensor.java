package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * One tensor of a file: its name, shape and type, and its elements in whichever form the file holds
 * them. They come and go as little-endian bytes, row-major, the form of raw_data.
 */
public final class StoredTensor {

  private final OnnxFile file;
  private final TensorProto proto;
  private final String name;
  private final ElementType type;
  private final StorageForm form;

  /** Null if the elements are external. */
  private final StoredData inline;

  private StoredTensor(
      OnnxFile file,
      TensorProto proto,
      String name,
      ElementType type,
      StorageForm form,
      StoredData inline) {
    this.file = file;
    this.proto = proto;
    this.name = name;
    this.type = type;
    this.form = form;
    this.inline = inline;
  }

  static StoredTensor of(
      OnnxFile file, TensorProto proto, TensorWire wire, String name, ElementType type) {
    List<TensorWire.Field> raw = wire.numbered(TensorProto.RAW_DATA_FIELD_NUMBER);
    List<TensorWire.Field> typed = wire.numbered(type.typedField());
    boolean isExternal = file.external(proto).isPresent();
    if ((raw.isEmpty() ? 0 : 1) + (typed.isEmpty() ? 0 : 1) + (isExternal ? 1 : 0) > 1) {
      throw new ModelException(
          file.path() + ", tensor '" + name + "'",
          "expected its data in one form, found two",
          "export the model again");
    }
    if (isExternal) {
      return new StoredTensor(file, proto, name, type, StorageForm.EXTERNAL, null);
    }
    if (!raw.isEmpty()) {
      List<TensorWire.Field> last = raw.subList(raw.size() - 1, raw.size());
      StoredData data = new FixedWidthData(file.file(), file.bytes(), last, type.bytes());
      return new StoredTensor(file, proto, name, type, StorageForm.RAW, data);
    }
    if (type.isInInt32Data()) {
      requireRange(file, proto, name, type);
    }
    StoredData data =
        type.isInInt32Data()
            ? new VarintData(proto, type, typed)
            : new FixedWidthData(file.file(), file.bytes(), typed, type.bytes());
    return new StoredTensor(file, proto, name, type, StorageForm.TYPED, data);
  }

  /** Elements are narrower than the integers that hold them, whose value must be theirs. */
  private static void requireRange(
      OnnxFile file, TensorProto proto, String name, ElementType type) {
    for (int i = 0; i < proto.getInt32DataCount(); i++) {
      int element = proto.getInt32Data(i);
      if (type.toInt32(element) != element) {
        throw new ModelException(
            file.path() + ", tensor '" + name + "'",
            "expected patterns of "
                + Byte.SIZE * type.bytes()
                + " bits in int32_data, found "
                + element
                + " at element "
                + i,
            "export the model again");
      }
    }
  }

  /** The name for people, unique enough to find the tensor by. */
  public String name() {
    return name;
  }

  /** The element type. */
  public ElementType type() {
    return type;
  }

  /** The shape. */
  public List<Long> dims() {
    return proto.getDimsList();
  }

  /** The form in which the file holds the elements. */
  public StorageForm form() {
    return form;
  }

  /** The message. */
  public TensorProto proto() {
    return proto;
  }

  /** Number of elements. */
  public long elements() {
    return TensorChecks.elements(name, dims());
  }

  /** Where the elements are in a data file; empty if they are in the model. */
  public Optional<ExternalRange> external() {
    return file.external(proto);
  }

  /** The elements' bytes, if the file holds them as such. */
  public Optional<TensorPayload> rawBytes() {
    return file.rawBytes(proto);
  }

  /** Reads the elements' bytes, in order. */
  public void read(BytesConsumer consumer) throws IOException {
    if (inline == null) {
      external().orElseThrow().read(consumer);
    } else {
      inline.read(consumer);
    }
  }

  /**
   * Checks that every element is a number.
   *
   * @throws ModelException if one is NaN or infinite: the algorithm has no meaning there
   */
  public void requireFinite() throws IOException {
    long[] index = {0};
    read(
        bytes -> {
          requireFinite(bytes, index[0]);
          index[0] += bytes.remaining() / type.bytes();
        });
  }

  private void requireFinite(ByteBuffer bytes, long firstIndex) {
    ByteBuffer elements = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int first = elements.position();
    int count = elements.remaining() / type.bytes();
    for (int i = 0; i < count; i++) {
      if (type.isNotFinite(bits(elements, first + i * type.bytes()))) {
        throw new ModelException(
            file.path() + ", tensor '" + name + "'",
            "expected finite weights, found NaN or infinity at element " + (firstIndex + i),
            "initialize the weights again, or leave the tensor out with --exclude");
      }
    }
  }

  private long bits(ByteBuffer elements, int at) {
    return switch (type.bytes()) {
      case 1 -> elements.get(at);
      case 2 -> elements.getShort(at);
      case 4 -> elements.getInt(at);
      default -> elements.getLong(at);
    };
  }

  /** The places in the model file to exchange when the elements are; none if they are external. */
  public List<Splice> splices() {
    return inline == null ? List.of() : inline.splices();
  }

  /**
   * What goes into each of {@link #splices()} to store a permutation of the present elements.
   *
   * @param elements buffers that follow each other
   */
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    return inline == null ? List.of() : inline.encode(elements);
  }
}
