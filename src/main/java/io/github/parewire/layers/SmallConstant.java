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
    return values.size() == count(tensor.getDimsList())
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
  static int count(List<Long> dims) {
    long count = 1;
    for (long dim : dims) {
      if (dim < 0 || dim > MAX_LENGTH || count > MAX_LENGTH) {
        return -1;
      }
      count *= dim;
    }
    return count > MAX_LENGTH ? -1 : (int) count;
  }

  /** The same elements in another shape; empty if they are not as many. */
  Optional<SmallConstant> reshape(List<Long> shape) {
    return count(shape) == values.size()
        ? Optional.of(new SmallConstant(type, shape, values))
        : Optional.empty();
  }

  /** As another type; empty if that might change an element in a way of the runtime's own. */
  Optional<SmallConstant> cast(DataType to) {
    if (to == DataType.BOOL) {
      return Optional.of(
          new SmallConstant(to, dims, values.stream().map(v -> v != 0 ? 1L : 0L).toList()));
    }
    return values.stream().allMatch(value -> fits(to, value))
        ? Optional.of(new SmallConstant(to, dims, values))
        : Optional.empty();
  }

  /** Whether elements of a type are integers. */
  static boolean isInteger(DataType type) {
    return width(type) != 0 && type != DataType.BOOL;
  }

  /** Whether a type that is held here has an integer, and of floating-point ones all below it. */
  static boolean fits(DataType type, long value) {
    return switch (type) {
      case INT64 -> true;
      case INT32 -> (int) value == value;
      case INT16 -> (short) value == value;
      case UINT16 -> isWithin(value, 0, 0xffff);
      case INT8 -> (byte) value == value;
      case UINT8 -> isWithin(value, 0, 0xff);
      case BOOL -> isWithin(value, 0, 1);
      // As far as every integer has a float of its own.
      case DOUBLE -> isWithin(value, -(1L << 53), 1L << 53);
      case FLOAT -> isWithin(value, -(1L << 24), 1L << 24);
      case FLOAT16 -> isWithin(value, -(1L << 11), 1L << 11);
      case BFLOAT16 -> isWithin(value, -(1L << 8), 1L << 8);
      default -> false;
    };
  }

  private static boolean isWithin(long value, long least, long most) {
    return least <= value && value <= most;
  }

  /** The length of an axis, counted in a shape of a rank that ends with this one. */
  long dim(int axis, int rank) {
    int own = axis - (rank - dims.size());
    return own < 0 ? 1 : dims.get(own);
  }

  /** The element that stands at a place of a larger shape. */
  long broadcast(List<Long> shape, int place) {
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
