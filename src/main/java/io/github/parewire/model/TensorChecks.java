package io.github.parewire.model;

import io.github.parewire.message.ModelException;
import io.github.parewire.onnx.TensorProto;
import java.nio.file.Path;
import java.util.List;

/** Whether what a tensor says of itself agrees: its dims, its type and its data. */
final class TensorChecks {

  private static final String MEND = "export the model again";

  private TensorChecks() {}

  /**
   * Checks one tensor of a file, of any type.
   *
   * @throws ModelException if a dim is negative, their product overflows, or the data is not theirs
   */
  static void check(Path file, TensorProto tensor) {
    String where = file + ", tensor '" + tensor.getName() + "'";
    long elements = elements(where, tensor.getDimsList());
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL || tensor.hasSegment()) {
      return;
    }
    if (tensor.hasRawData()) {
      long expected = rawBytes(where, tensor);
      if (expected >= 0 && tensor.getRawData().size() != expected) {
        throw mismatch(where, tensor, expected + " bytes of raw_data", tensor.getRawData().size());
      }
      return;
    }
    int found = typedCount(tensor);
    if (found >= 0 && found != elements) {
      throw mismatch(where, tensor, elements + " typed elements", found);
    }
  }

  /**
   * The product of the dims: 1 for a scalar.
   *
   * @throws ModelException if one is negative or the product is over 2^63 - 1
   */
  static long elements(String where, List<Long> dims) {
    long product = 1;
    boolean empty = false;
    for (long dim : dims) {
      if (dim < 0) {
        throw new ModelException(where, "expected dims of 0 or more, found " + dims, MEND);
      }
      if (dim == 0) {
        empty = true;
      } else if (Math.multiplyHigh(product, dim) != 0 || product * dim < 0) {
        throw new ModelException(
            where, "expected dims whose product fits 63 bits, found " + dims, MEND);
      } else {
        product *= dim;
      }
    }
    return empty ? 0 : product;
  }

  private static ModelException mismatch(
      String where, TensorProto tensor, String expected, long found) {
    return new ModelException(
        where, "dims " + tensor.getDimsList() + " expect " + expected + ", found " + found, MEND);
  }

  /** Bytes of a tensor as raw_data, or -1 for a type that this version does not know. */
  static long rawBytes(String where, TensorProto tensor) {
    long elements = elements(where, tensor.getDimsList());
    int bits = bits(tensor.getDataType());
    if (bits < 0) {
      return -1;
    }
    try {
      return bits >= 8
          ? Math.multiplyExact(elements, (long) bits / 8)
          : Math.addExact(Math.multiplyExact(elements, (long) bits), 7) / 8;
    } catch (ArithmeticException e) {
      throw new ModelException(where, "the tensor's size overflows 63 bits", MEND).because(e);
    }
  }

  private static int bits(int dataType) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(dataType);
    if (type == null) {
      return -1;
    }
    return switch (type) {
      case COMPLEX128 -> 128;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
      case FLOAT, INT32, UINT32 -> 32;
      case FLOAT16, BFLOAT16, INT16, UINT16 -> 16;
      case INT8,
          UINT8,
          BOOL,
          FLOAT8E4M3FN,
          FLOAT8E4M3FNUZ,
          FLOAT8E5M2,
          FLOAT8E5M2FNUZ,
          FLOAT8E8M0 ->
          8;
      case FLOAT6E2M3, FLOAT6E3M2 -> 6;
      case INT4, UINT4, FLOAT4E2M1 -> 4;
      case INT2, UINT2 -> 2;
      default -> -1;
    };
  }

  /** Number of typed elements, or -1 for types whose elements do not stand one by one. */
  private static int typedCount(TensorProto tensor) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == null) {
      return -1;
    }
    return switch (type) {
      case FLOAT -> tensor.getFloatDataCount();
      case DOUBLE -> tensor.getDoubleDataCount();
      case INT64 -> tensor.getInt64DataCount();
      case UINT32, UINT64 -> tensor.getUint64DataCount();
      case INT32, INT16, INT8, UINT16, UINT8, BOOL, FLOAT16, BFLOAT16 -> tensor.getInt32DataCount();
      case STRING -> tensor.getStringDataCount();
      default -> -1;
    };
  }
}
