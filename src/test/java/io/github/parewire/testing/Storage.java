package io.github.parewire.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The ways to hold a tensor's elements. */
public enum Storage {
  /** raw_data of an initializer. */
  RAW,
  /** raw_data twice, of which the last counts. */
  RAW_TWICE,
  /** Typed data, packed, as serializers write it. */
  PACKED,
  /** Typed data, a tag before each element. */
  UNPACKED,
  /** Typed data in a packed piece, an unpacked one and another packed one. */
  PIECES,
  /** raw_data in the value of a Constant node. */
  CONSTANT_RAW,
  /** Typed data in the value of a Constant node. */
  CONSTANT_PACKED;

  /** Whether a Constant node holds the tensor. */
  public boolean isConstant() {
    return this == CONSTANT_RAW || this == CONSTANT_PACKED;
  }

  /** Whether the data keeps its place and length when elements change places. */
  public boolean isInPlace(ElementType type) {
    return this != PIECES || type.bytes() > 2;
  }

  /** The tensor on the wire. */
  public byte[] encode(String name, Weights weights) {
    TensorProto.Builder tensor = weights.header(name);
    return switch (this) {
      case RAW, CONSTANT_RAW -> tensor.setRawData(bytes(weights)).build().toByteArray();
      case PACKED, CONSTANT_PACKED -> packed(tensor, weights).build().toByteArray();
      case RAW_TWICE -> {
        byte[] junk = new byte[weights.bytes().length + 3];
        yield concat(
            tensor.setRawData(ByteString.copyFrom(junk)).build().toByteArray(),
            TensorProto.newBuilder().setRawData(bytes(weights)).build().toByteArray());
      }
      case UNPACKED ->
          concat(tensor.build().toByteArray(), unpacked(weights, 0, weights.bits().length));
      case PIECES -> pieces(tensor, weights);
    };
  }

  /** The parts of the tensor on the wire that hold elements. */
  public List<byte[]> data(Weights weights) {
    int count = weights.bits().length;
    TensorProto.Builder nothing = TensorProto.newBuilder();
    return switch (this) {
      case RAW, RAW_TWICE, CONSTANT_RAW -> List.of(weights.bytes());
      case PACKED, CONSTANT_PACKED -> List.of(packed(nothing, weights).build().toByteArray());
      case UNPACKED -> List.of(unpacked(weights, 0, count));
      case PIECES ->
          List.of(
              packed(nothing, slice(weights, 0, count / 3)).build().toByteArray(),
              unpacked(weights, count / 3, 2 * count / 3),
              packed(nothing.clone().clear(), slice(weights, 2 * count / 3, count))
                  .build()
                  .toByteArray());
    };
  }

  private static ByteString bytes(Weights weights) {
    return ByteString.copyFrom(weights.bytes());
  }

  private static byte[] pieces(TensorProto.Builder tensor, Weights weights) {
    int count = weights.bits().length;
    int first = count / 3;
    int second = 2 * count / 3;
    return concat(
        packed(TensorProto.newBuilder(), slice(weights, 0, first)).build().toByteArray(),
        tensor.build().toByteArray(),
        unpacked(weights, first, second),
        packed(TensorProto.newBuilder(), slice(weights, second, count)).build().toByteArray());
  }

  private static Weights slice(Weights weights, int from, int to) {
    return Weights.of(
        weights.type(),
        new int[] {to - from},
        java.util.Arrays.copyOfRange(weights.bits(), from, to));
  }

  private static TensorProto.Builder packed(TensorProto.Builder tensor, Weights weights) {
    for (long bits : weights.bits()) {
      switch (weights.type()) {
        case FLOAT -> tensor.addFloatData(Float.intBitsToFloat((int) bits));
        case DOUBLE -> tensor.addDoubleData(Double.longBitsToDouble(bits));
        case FLOAT16, BFLOAT16, UINT8 -> tensor.addInt32Data((int) bits);
        case INT8 -> tensor.addInt32Data((byte) bits);
      }
    }
    return tensor;
  }

  private static byte[] unpacked(Weights weights, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (int i = from; i < to; i++) {
        long bits = weights.bits()[i];
        switch (weights.type()) {
          case FLOAT -> out.writeFixed32(TensorProto.FLOAT_DATA_FIELD_NUMBER, (int) bits);
          case DOUBLE -> out.writeFixed64(TensorProto.DOUBLE_DATA_FIELD_NUMBER, bits);
          case FLOAT16, BFLOAT16, UINT8 ->
              out.writeInt32(TensorProto.INT32_DATA_FIELD_NUMBER, (int) bits);
          case INT8 -> out.writeInt32(TensorProto.INT32_DATA_FIELD_NUMBER, (byte) bits);
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
