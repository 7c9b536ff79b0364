package io.github.parewire.verify;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.parewire.options.InputShapes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random inputs for a model: the same ones for two models with the same inputs. Integers and truth
 * values are 0 or 1, which are sound as indices, masks and counts.
 */
final class RandomInputs {

  /** More than any sensible input has. */
  private static final long MAX_ELEMENTS = 1 << 28;

  private RandomInputs() {}

  /**
   * The shapes of a model's inputs, by name.
   *
   * @param shapes for inputs with free dimensions
   * @param sizes of free dimensions otherwise
   * @throws UnfitInputException if an input is no tensor, or a shape does not fit it
   */
  static Map<String, List<Long>> shapes(OrtSession session, InputShapes shapes, FreeSizes sizes)
      throws OrtException {
    Map<String, List<Long>> all = new LinkedHashMap<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      long others = all.isEmpty() ? sizes.others() : sizes.ofOtherInputs();
      long[] shape = shape(input.getName(), tensor(input), shapes, sizes.first(), others);
      all.put(input.getName(), Arrays.stream(shape).boxed().toList());
    }
    return all;
  }

  /**
   * Makes the inputs.
   *
   * @param shapes of all inputs
   * @return tensors by name, for the caller to close
   * @throws UnfitInputException if an input is of no numbers, or too large
   */
  static Map<String, OnnxTensor> of(OrtSession session, Map<String, List<Long>> shapes)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (NodeInfo input : session.getInputInfo().values()) {
      OnnxJavaType type = tensor(input).type;
      long[] shape = shapes.get(input.getName()).stream().mapToLong(Long::longValue).toArray();
      inputs.put(
          input.getName(),
          OnnxTensor.createTensor(
              OrtRuntime.environment(), fill(type, shape, random), shape, type));
    }
    return inputs;
  }

  private static TensorInfo tensor(NodeInfo input) {
    if (input.getInfo() instanceof TensorInfo info) {
      return info;
    }
    throw new UnfitInputException("input '" + input.getName() + "' is no tensor");
  }

  private static long[] shape(
      String name, TensorInfo info, InputShapes shapes, long first, long others) {
    long[] declared = info.getShape();
    List<Long> given = shapes.of(name).orElse(null);
    if (given != null && declared.length == 0) {
      return given.stream().mapToLong(Long::longValue).toArray();
    }
    if (given != null && given.size() != declared.length) {
      throw new UnfitInputException(
          "input '" + name + "' has " + declared.length + " dimensions, not " + given.size());
    }
    long[] shape = new long[declared.length];
    for (int i = 0; i < shape.length; i++) {
      long usual = i == 0 ? first : others;
      long free = given == null ? usual : given.get(i);
      shape[i] = declared[i] < 0 ? free : declared[i];
    }
    return shape;
  }

  private static ByteBuffer fill(OnnxJavaType type, long[] shape, SplittableRandom random) {
    long count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, dim);
    }
    if (count > MAX_ELEMENTS) {
      throw new UnfitInputException("an input would have " + count + " elements");
    }
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(count * type.size))
            .order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      put(buffer, type, random);
    }
    return buffer.flip();
  }

  private static void put(ByteBuffer buffer, OnnxJavaType type, SplittableRandom random) {
    // Uniform over [-1, 1), a multiple of 1/128: exact in every floating-point type.
    float real = (random.nextInt(256) - 128) / 128f;
    switch (type) {
      case FLOAT -> buffer.putFloat(real);
      case DOUBLE -> buffer.putDouble(real);
      case FLOAT16 -> buffer.putShort(ai.onnxruntime.platform.Fp16Conversions.floatToFp16(real));
      case BFLOAT16 -> buffer.putShort((short) (Float.floatToRawIntBits(real) >>> 16));
      case INT64 -> buffer.putLong(random.nextInt(2));
      case INT32 -> buffer.putInt(random.nextInt(2));
      case INT16 -> buffer.putShort((short) random.nextInt(2));
      case INT8, UINT8, BOOL -> buffer.put((byte) random.nextInt(2));
      default -> throw new UnfitInputException("an input has the type " + type);
    }
  }
}
