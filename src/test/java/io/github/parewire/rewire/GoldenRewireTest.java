package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.testing.Golden;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole rewirings, equal to the authors' code bit for bit. */
final class GoldenRewireTest {

  @TestFactory
  Stream<DynamicTest> equalsTheAuthorsCode() {
    return Golden.cases()
        .map(node -> DynamicTest.dynamicTest(node.get("name").asText(), () -> assertCase(node)));
  }

  private static void assertCase(JsonNode node) {
    DataType type = type(node.get("dtype").asText());
    long rows = node.get("shape").get(0).asLong();
    byte[] input = Golden.bytes(node.get("input").asText());
    byte[] expected = Golden.bytes(node.get("output").asText());
    INDArray stored = array(input, type, rows);
    INDArray matrix = type == DataType.FLOAT16 ? stored.castTo(DataType.FLOAT) : stored;
    assertVariance(node, "before", StrengthVariance.of(matrix));

    new JavaKernel().rewire(matrix, Golden.stream(node));

    assertVariance(node, "after", StrengthVariance.of(matrix));
    INDArray result = type == DataType.FLOAT16 ? matrix.castTo(DataType.FLOAT16) : matrix;
    if (node.get("compare").asText().equals("bytes")) {
      assertArrayEquals(expected, bytes(result));
    } else {
      assertEquals(array(expected, type, rows), result);
    }
  }

  private static void assertVariance(JsonNode node, String when, StrengthVariance found) {
    assertClose(node.get("input_strength_variance").get(when), found.input());
    assertClose(node.get("output_strength_variance").get(when), found.output());
  }

  private static void assertClose(JsonNode expected, OptionalDouble found) {
    assertEquals(expected.isNull(), found.isEmpty());
    if (found.isPresent()) {
      double value = expected.doubleValue();
      assertEquals(value, found.getAsDouble(), Math.max(1e-9 * Math.abs(value), 1e-300));
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
