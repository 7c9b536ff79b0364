package io.github.parewire.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.array.Matrix;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.rewire.RewireKernel;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rewires golden cases. */
public final class GoldenRewiring {

  private GoldenRewiring() {}

  /** What a case of other options is rewired by. */
  public static RewiringRule rule(JsonNode node) {
    return new RewiringRule(
        Passes.valueOf(node.get("passes").asText().toUpperCase(Locale.ROOT)),
        switch (node.get("selection").asText()) {
          case Selection.Greedy.NAME -> new Selection.Greedy();
          case Selection.BestOf.NAME -> new Selection.BestOf(node.get("draws").intValue());
          default -> new Selection.Draw(SamplerKind.REFERENCE, node.get("offset").doubleValue());
        });
  }

  /** The input, in float32 in place of float16. */
  public static INDArray matrix(JsonNode node) {
    DataType type = type(node.get("dtype").asText());
    byte[] input = Golden.bytes(node.get("input").asText());
    INDArray stored = array(input, type, node.get("shape").get(0).asLong());
    return type == DataType.FLOAT16 ? stored.castTo(DataType.FLOAT) : stored;
  }

  /** Rewires a case's matrix by a kernel, and compares it with what numpy made of it. */
  public static void assertRewires(JsonNode node, RewireKernel kernel, INDArray matrix) {
    DataType type = type(node.get("dtype").asText());
    byte[] expected = Golden.bytes(node.get("output").asText());

    kernel.rewire(Matrix.of(matrix), Golden.stream(node));

    INDArray result = type == DataType.FLOAT16 ? matrix.castTo(DataType.FLOAT16) : matrix;
    if (node.path("compare").asText("bytes").equals("bytes")) {
      assertArrayEquals(expected, bytes(result));
    } else {
      assertEquals(array(expected, type, node.get("shape").get(0).asLong()), result);
    }
  }

  private static DataType type(String numpy) {
    return switch (numpy) {
      case "float64" -> DataType.DOUBLE;
      case "float16" -> DataType.FLOAT16;
      default -> DataType.FLOAT;
    };
  }

  private static INDArray array(byte[] bytes, DataType type, long rows) {
    long count = bytes.length / type.width();
    INDArray array = Nd4j.createUninitialized(type, rows, count / rows);
    new BytePointer(array.data().pointer()).capacity(bytes.length).put(bytes);
    return array;
  }

  private static byte[] bytes(INDArray array) {
    byte[] bytes = new byte[Math.toIntExact(array.length() * array.dataType().width())];
    new BytePointer(array.data().pointer()).capacity(bytes.length).get(bytes);
    return bytes;
  }
}
