package io.github.parewire.verify;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Has ONNX Runtime compute the statistics of weights of one type. One serves all threads. */
final class StatisticsSession implements SessionCache.Closing {

  private static final List<String> OUTPUTS = List.of("minimum", "maximum", "sum", "squares");

  private final ElementType type;
  private final OrtSession session;

  private StatisticsSession(ElementType type, OrtSession session) {
    this.type = type;
    this.session = session;
  }

  static StatisticsSession of(ElementType type) throws OrtException {
    ProbeModel model =
        new ProbeModel()
            .input("weights", type.dataType())
            .node(
                "Cast",
                List.of("weights"),
                List.of("wide"),
                ProbeModel.attribute("to", DataType.DOUBLE_VALUE))
            .node(
                "ReduceMin",
                List.of("wide"),
                List.of("minimum"),
                ProbeModel.attribute("keepdims", 0))
            .node(
                "ReduceMax",
                List.of("wide"),
                List.of("maximum"),
                ProbeModel.attribute("keepdims", 0))
            .node("ReduceSum", List.of("wide"), List.of("sum"), ProbeModel.attribute("keepdims", 0))
            .node(
                "ReduceSumSquare",
                List.of("wide"),
                List.of("squares"),
                ProbeModel.attribute("keepdims", 0));
    OUTPUTS.forEach(output -> model.output(output, DataType.DOUBLE));
    return new StatisticsSession(type, OrtRuntime.open(model.build()));
  }

  /**
   * The statistics of some weights.
   *
   * @param elements their bytes in native order, a direct buffer
   */
  WeightStatistics of(ByteBuffer elements) throws OrtException {
    long count = elements.remaining() / type.bytes();
    try (OnnxTensor weights =
            OnnxTensor.createTensor(
                OrtRuntime.environment(),
                elements,
                new long[] {count},
                TensorDecoder.javaType(type));
        OrtSession.Result result = session.run(Map.of("weights", weights))) {
      return new WeightStatistics(
          count, number(result, 0), number(result, 1), number(result, 2), number(result, 3));
    }
  }

  private static double number(OrtSession.Result result, int output) throws OrtException {
    return (Double) result.get(output).getValue();
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
