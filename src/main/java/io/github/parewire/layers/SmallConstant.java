package io.github.parewire.layers;

import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A small tensor of integers or truth values, in memory. Of floating-point types it holds numbers
 * that are integers, too.
 *
 * @param type the element type; truth is 1
 * @param dims the shape
 * @param values the elements, row-major
 */
record SmallConstant(DataType type, List<Long> dims, List<Long> values) {

  /** No tensor has as many dimensions. */
  private static final int MAX_LENGTH = 256;

  /** Copies its arguments. */
  SmallConstant {
    dims = List.copyOf(dims);
    values = List.copyOf(values);
  }

  static SmallConstant scalar(long value) {
    return new SmallConstant(DataType.INT64, List.of(), List.of(value));
  }

  static SmallConstant vector(List<Long> values) {
    return new SmallConstant(DataType.INT64, List.of((long) values.size()), values);
  }

  /** Reads a stored tensor; empty if it is large, of another type, or not in the model file. */
  static Optional<SmallConstant> of(TensorProto tensor) {
    DataType type = DataType.forNumber(tensor.getDataType());
    boolean isElsewhere = tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    if (type == null || isElsewhere || tensor.hasSegment()) {
      return Optional.empty();
    }
    int width = width(type);
    if (width == 0 || tensor.getRawData().size() > MAX_LENGTH * width) {
      return Optional.empty();
    }
    List<Long> values =
        stored(tensor, type, width)
            .limit(MAX_LENGTH + 1L)
            .map(number -> element(type, number))
            .toList();
    return values.size() == product(tensor.getDimsList())
        ? Optional.of(new SmallConstant(type, tensor.getDimsList(), values))
        : Optional.empty();
  }

  /** The elements of a float32 tensor, however many; empty if they are not in the model file. */
  static Optional<List<Float>> floats(TensorProto tensor) {
    if (tensor.getDataType() != DataType.FLOAT_VALUE
        || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        || tensor.hasSegment()) {
      return Optional.empty();
    }
    if (!tensor.hasRawData()) {
      return Optional.of(tensor.getFloatDataList());
    }
    FloatBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    return Optional.of(IntStream.range(0, raw.remaining()).mapToObj(raw::get).toList());
  }

  /** Bytes of an element in raw_data; 0 for a type that is not read. */
  private static int width(DataType type) {
    return switch (type) {
      case INT64 -> Long.BYTES;
      case INT32 -> Integer.BYTES;
      case INT16, UINT16 -> Short.BYTES;
      case INT8, UINT8, BOOL -> Byte.BYTES;
      default -> 0;
    };
  }

  /** The numbers that the tensor holds, of which the low bits are the elements. */
  private static Stream<Long> stored(TensorProto tensor, DataType type, int width) {
    if (tensor.hasRawData()) {
      return raw(tensor.getRawData().asReadOnlyByteBuffer(), width).stream();
    }
    return type == DataType.INT64
        ? tensor.getInt64DataList().stream()
        : tensor.getInt32DataList().stream().map(Integer::longValue);
  }

  private static List<Long> raw(ByteBuffer raw, int width) {
    ByteBuffer bytes = raw.order(ByteOrder.LITTLE_ENDIAN);
    List<Long> numbers = new ArrayList<>();
    while (bytes.remaining() >= width) {
      numbers.add(
          switch (width) {
            case Long.BYTES -> bytes.getLong();
            case Integer.BYTES -> (long) bytes.getInt();
            case Short.BYTES -> (long) bytes.getShort();
            default -> (long) bytes.get();
          });
    }
    return numbers;
  }

  private static long element(DataType type, long number) {
    return switch (type) {
      case INT16 -> (short) number;
      case UINT16 -> number & 0xffff;
      case INT8 -> (byte) number;
      case UINT8 -> number & 0xff;
      case BOOL -> number != 0 ? 1 : 0;
      default -> number;
    };
  }

  /** The number of elements of a shape; -1 if it is no shape, or too large for a constant. */
  private static long product(List<Long> dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim < 0 || dim > MAX_LENGTH || product > MAX_LENGTH) {
        return -1;
      }
      product *= dim;
    }
    return product;
  }

  boolean isTruth() {
    return type == DataType.BOOL;
  }

  /** The same elements in another shape; empty if they are not as many. */
  Optional<SmallConstant> reshape(List<Long> shape) {
    return product(shape) == values.size()
        ? Optional.of(new SmallConstant(type, shape, values))
        : Optional.empty();
  }

  /** As another type; empty if that might change an element in a way of the runtime's own. */
  Optional<SmallConstant> cast(DataType to) {
    if (to == DataType.BOOL) {
      return Optional.of(
          new SmallConstant(to, dims, values.stream().map(v -> v != 0 ? 1L : 0L).toList()));
    }
    boolean isExact =
        switch (to) {
          case INT64 -> true;
          case INT32 -> isWithin(Integer.MIN_VALUE, Integer.MAX_VALUE);
          case INT16 -> isWithin(Short.MIN_VALUE, Short.MAX_VALUE);
          case UINT16 -> isWithin(0, 0xffff);
          case INT8 -> isWithin(Byte.MIN_VALUE, Byte.MAX_VALUE);
          case UINT8 -> isWithin(0, 0xff);
          // As far as every integer has a float of its own.
          case DOUBLE -> isWithin(-(1L << 53), 1L << 53);
          case FLOAT -> isWithin(-(1L << 24), 1L << 24);
          case FLOAT16 -> isWithin(-(1L << 11), 1L << 11);
          case BFLOAT16 -> isWithin(-(1L << 8), 1L << 8);
          default -> false;
        };
    return isExact ? Optional.of(new SmallConstant(to, dims, values)) : Optional.empty();
  }

  private boolean isWithin(long least, long most) {
    return values.stream().allMatch(value -> least <= value && value <= most);
  }

  /** Decides something of two elements. */
  interface Relation {
    /** Whether it holds. */
    boolean holds(long a, long b);
  }

  /**
   * What a relation is of the elements of two constants (ONNX, "Multidirectional Broadcasting");
   * empty if their shapes do not fit.
   */
  static Optional<SmallConstant> compare(SmallConstant a, SmallConstant b, Relation relation) {
    int rank = Math.max(a.dims.size(), b.dims.size());
    List<Long> dims = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      long first = a.dim(axis, rank);
      long second = b.dim(axis, rank);
      if (first != second && first != 1 && second != 1) {
        return Optional.empty();
      }
      dims.add(first == 1 ? second : first);
    }
    long count = product(dims);
    if (count < 0 || count > MAX_LENGTH) {
      return Optional.empty();
    }
    List<Long> values =
        IntStream.range(0, (int) count)
            .mapToObj(i -> relation.holds(a.broadcast(dims, i), b.broadcast(dims, i)) ? 1L : 0L)
            .toList();
    return Optional.of(new SmallConstant(DataType.BOOL, dims, values));
  }

  /** The length of an axis, counted in a shape of a rank that ends with this one. */
  private long dim(int axis, int rank) {
    int own = axis - (rank - dims.size());
    return own < 0 ? 1 : dims.get(own);
  }

  /** The element that stands at a place of a larger shape. */
  private long broadcast(List<Long> shape, int place) {
    int rest = place;
    int at = 0;
    int stride = 1;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      int index = (int) (rest % shape.get(axis));
      rest /= shape.get(axis).intValue();
      long own = dim(axis, shape.size());
      at += own == 1 ? 0 : index * stride;
      stride *= (int) own;
    }
    return values.get(at);
  }
}
