package io.github.parewire.testing;

import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The elements of a tensor as bit patterns, row-major. */
public final class Weights {

  /** The types whose elements are weights as they stand. */
  public static final List<ElementType> TYPES =
      Arrays.stream(ElementType.values()).filter(ElementType::isFloatingPoint).toList();

  private final ElementType type;
  private final int[] dims;
  private final long[] bits;

  private Weights(ElementType type, int[] dims, long[] bits) {
    this.type = type;
    this.dims = dims.clone();
    this.bits = bits.clone();
  }

  /** Weights of these bit patterns. */
  public static Weights of(ElementType type, int[] dims, long... bits) {
    return new Weights(type, dims, bits);
  }

  /** float32 weights. */
  public static Weights floats(int[] dims, float... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Integer.toUnsignedLong(Float.floatToRawIntBits(values[i]));
    }
    return new Weights(ElementType.FLOAT, dims, bits);
  }

  /**
   * Random weights of both signs, most below 1, with some ties, both zeros and subnormal numbers.
   */
  public static Weights random(ElementType type, Random random, int... dims) {
    long[] bits = new long[Math.toIntExact(count(dims))];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          switch (random.nextInt(24)) {
            case 0 -> 0;
            case 1 -> sign(type);
            case 2 -> 1 + random.nextInt(3);
            case 3 -> i == 0 ? 0 : bits[random.nextInt(i)];
            default -> randomBits(type, random);
          };
    }
    return new Weights(type, dims, bits);
  }

  /** float32 weights as Kaiming's normal initialization gives them: variance 2 / inputs. */
  public static Weights kaiming(Random random, int outputs, int inputs) {
    float[] values = new float[outputs * inputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / inputs));
    }
    return floats(new int[] {outputs, inputs}, values);
  }

  /** These float32 weights, each multiplied. */
  public Weights scaled(float factor) {
    float[] values = new float[bits.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = factor * Float.intBitsToFloat((int) bits[i]);
    }
    return floats(dims, values);
  }

  private static long randomBits(ElementType type, Random random) {
    int mantissa = mantissaBits(type);
    long exponent = exponentBias(type) - 1 - random.nextInt(4);
    long fraction = random.nextLong() & ((1L << mantissa) - 1);
    return (exponent << mantissa | fraction) | (random.nextBoolean() ? sign(type) : 0);
  }

  private static long sign(ElementType type) {
    return 1L << (8 * type.bytes() - 1);
  }

  private static int mantissaBits(ElementType type) {
    return switch (type) {
      case FLOAT -> 23;
      case DOUBLE -> 52;
      case FLOAT16 -> 10;
      case BFLOAT16 -> 7;
      case INT8, UINT8 -> throw new IllegalArgumentException(type.toString());
    };
  }

  private static int exponentBias(ElementType type) {
    return switch (type) {
      case FLOAT, BFLOAT16 -> 127;
      case DOUBLE -> 1023;
      case FLOAT16 -> 15;
      case INT8, UINT8 -> throw new IllegalArgumentException(type.toString());
    };
  }

  private static long count(int[] dims) {
    return IntStream.of(dims).asLongStream().reduce(1, Math::multiplyExact);
  }

  /** The element type. */
  public ElementType type() {
    return type;
  }

  /** The shape. */
  public int[] dims() {
    return dims.clone();
  }

  /** The bit patterns. */
  public long[] bits() {
    return bits.clone();
  }

  /** The bit patterns, sorted. */
  public long[] sortedBits() {
    long[] sorted = bits();
    Arrays.sort(sorted);
    return sorted;
  }

  /** The same tensor with other elements. */
  public Weights withBits(long[] other) {
    return new Weights(type, dims, other);
  }

  /** The numbers that the bit patterns stand for (IEEE 754). */
  public double[] values() {
    return Arrays.stream(bits).mapToDouble(this::value).toArray();
  }

  private double value(long pattern) {
    if (type == ElementType.INT8) {
      return (byte) pattern;
    }
    if (type == ElementType.UINT8) {
      return pattern;
    }
    int mantissa = mantissaBits(type);
    long fraction = pattern & ((1L << mantissa) - 1);
    long exponent = (pattern & ~sign(type)) >>> mantissa;
    double unit = exponent == 0 ? fraction : fraction + (1L << mantissa);
    double magnitude =
        unit
            * Math.pow(2, Math.max(exponent, 1) - exponentBias(type) - mantissa / 2)
            * Math.pow(2, mantissa / 2 - mantissa);
    return (pattern & sign(type)) == 0 ? magnitude : -magnitude;
  }

  /** Little-endian bytes, the form of raw_data. */
  public byte[] bytes() {
    ByteBuffer buffer =
        ByteBuffer.allocate(bits.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (long pattern : bits) {
      switch (type.bytes()) {
        case 1 -> buffer.put((byte) pattern);
        case 2 -> buffer.putShort((short) pattern);
        case 4 -> buffer.putInt((int) pattern);
        default -> buffer.putLong(pattern);
      }
    }
    return buffer.array();
  }

  /** The tensor without elements. */
  public TensorProto.Builder header(String name) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.dataType().getNumber());
    Arrays.stream(dims).forEach(tensor::addDims);
    return tensor;
  }

  /** The elements of a tensor as protobuf parsed it. */
  public static Weights of(TensorProto tensor) {
    ElementType type = ElementType.of(tensor.getDataType()).orElseThrow();
    int[] dims = tensor.getDimsList().stream().mapToInt(Math::toIntExact).toArray();
    if (tensor.hasRawData()) {
      return fromBytes(type, dims, tensor.getRawData().toByteArray());
    }
    long[] bits =
        switch (type) {
          case FLOAT ->
              tensor.getFloatDataList().stream()
                  .mapToLong(f -> Integer.toUnsignedLong(Float.floatToRawIntBits(f)))
                  .toArray();
          case DOUBLE ->
              tensor.getDoubleDataList().stream().mapToLong(Double::doubleToRawLongBits).toArray();
          case FLOAT16, BFLOAT16 -> tensor.getInt32DataList().stream().mapToLong(i -> i).toArray();
          case INT8, UINT8 -> tensor.getInt32DataList().stream().mapToLong(i -> i & 0xff).toArray();
        };
    return new Weights(type, dims, bits);
  }

  private static Weights fromBytes(ElementType type, int[] dims, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long[] bits = new long[bytes.length / type.bytes()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          switch (type.bytes()) {
            case 1 -> Byte.toUnsignedLong(buffer.get());
            case 2 -> Short.toUnsignedLong(buffer.getShort());
            case 4 -> Integer.toUnsignedLong(buffer.getInt());
            default -> buffer.getLong();
          };
    }
    return new Weights(type, dims, bits);
  }
}
