package io.github.parewire.verify;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.onnx.ModelProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What ONNX Runtime computes; the judge of tests that evaluate something themselves. */
public final class RuntimeValues {

  private RuntimeValues() {}

  /**
   * A tensor of integers, truth values, or floating-point numbers that are integers.
   *
   * @param dims the shape
   * @param values the elements, row-major; truth is 1
   */
  public record Value(List<Long> dims, List<Long> values) {}

  /** The outputs of a model that has no inputs. */
  public static Map<String, Value> run(ModelProto model) throws OrtException {
    Map<String, Value> outputs = new HashMap<>();
    try (OrtSession session = OrtRuntime.open(model);
        OrtSession.Result result = session.run(Map.of())) {
      for (Map.Entry<String, OnnxValue> output : result) {
        outputs.put(output.getKey(), value((OnnxTensor) output.getValue()));
      }
    }
    return outputs;
  }

  private static Value value(OnnxTensor tensor) {
    ByteBuffer bytes = tensor.getByteBuffer().order(java.nio.ByteOrder.nativeOrder());
    List<Long> values = new ArrayList<>();
    while (bytes.hasRemaining()) {
      values.add(
          switch (tensor.getInfo().type) {
            case INT64 -> bytes.getLong();
            case INT32 -> (long) bytes.getInt();
            case INT16 -> (long) bytes.getShort();
            case INT8 -> (long) bytes.get();
            case UINT8 -> (long) Byte.toUnsignedInt(bytes.get());
            case BOOL -> bytes.get() != 0 ? 1L : 0L;
            case FLOAT -> (long) bytes.getFloat();
            case DOUBLE -> (long) bytes.getDouble();
            default -> throw new IllegalArgumentException(tensor.getInfo().type.toString());
          });
    }
    return new Value(Arrays.stream(tensor.getInfo().getShape()).boxed().toList(), values);
  }
}
