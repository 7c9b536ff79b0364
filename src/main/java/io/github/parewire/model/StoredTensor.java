package io.github.parewire.model;

import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One tensor of a file: its name, shape and type, and its elements in whichever form the file holds
 * them.
 *
 * <p>Elements come and go as little-endian bytes, row-major, in buffers that follow each other.
 */
public final class StoredTensor {

  private final OnnxFile file;
  private final TensorProto proto;
  private final String name;
  private final ElementType type;
  private final StorageForm form;
  private final StoredData data;

  private StoredTensor(
      OnnxFile file,
      TensorProto proto,
      String name,
      ElementType type,
      StorageForm form,
      StoredData data) {
    this.file = file;
    this.proto = proto;
    this.name = name;
    this.type = type;
    this.form = form;
    this.data = data;
  }

  static StoredTensor of(
      OnnxFile file, TensorProto proto, TensorWire wire, String name, ElementType type) {
    List<TensorWire.Field> raw = wire.numbered(TensorProto.RAW_DATA_FIELD_NUMBER);
    List<TensorWire.Field> typed = wire.numbered(type.typedField());
    if (!raw.isEmpty() && !typed.isEmpty()) {
      throw new ModelException(
          file.path() + ", tensor '" + name + "'",
          "expected raw_data or typed data, found both",
          "export the model again");
    }
    if (!raw.isEmpty()) {
      List<TensorWire.Field> last = raw.subList(raw.size() - 1, raw.size());
      StoredData data = new FixedWidthData(file.bytes(), last, type.bytes());
      return new StoredTensor(file, proto, name, type, StorageForm.RAW, data);
    }
    StoredData data =
        type.bytes() == 2
            ? new VarintData(proto, typed)
            : new FixedWidthData(file.bytes(), typed, type.bytes());
    return new StoredTensor(file, proto, name, type, StorageForm.TYPED, data);
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

  /** The elements' bytes; buffers may be views of the mapped file. */
  public List<ByteBuffer> read() {
    return data.read();
  }

  /**
   * Checks that every element is a number.
   *
   * @throws ModelException if one is NaN or infinite
   */
  public void requireFinite() {
    long index = 0;
    for (ByteBuffer part : read()) {
      ByteBuffer elements = part.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      int count = elements.remaining() / type.bytes();
      for (int i = 0; i < count; i++) {
        if (type.isNotFinite(bits(elements, elements.position() + i * type.bytes()))) {
          throw new ModelException(
              file.path() + ", tensor '" + name + "'",
              "expected finite weights, found NaN or infinity at element " + (index + i),
              "initialize the weights again, or leave the tensor out with --exclude");
        }
      }
      index += count;
    }
  }

  private long bits(ByteBuffer elements, int at) {
    return switch (type.bytes()) {
      case 2 -> elements.getShort(at);
      case 4 -> elements.getInt(at);
      default -> elements.getLong(at);
    };
  }

  /** The places in the file to exchange when the elements are. */
  public List<Splice> splices() {
    return data.splices();
  }

  /**
   * What goes into each of {@link #splices()} to store a permutation of the present elements.
   *
   * @param elements as from {@link #read()}
   */
  public List<List<ByteBuffer>> encode(List<ByteBuffer> elements) {
    return data.encode(elements);
  }
}
