package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.array.Matrix;
import io.github.parewire.measure.Strengths;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.testing.Golden;
import java.util.List;
import java.util.Locale;
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

  /** Every combination of passes, selection and offset. */
  @TestFactory
  Stream<DynamicTest> equalsNumpyByAnyRule() {
    return Golden.optionCases()
        .map(
            node ->
                DynamicTest.dynamicTest(
                    node.get("name").asText(),
                    () -> assertRewires(node, new JavaKernel(rule(node)), matrix(node))));
  }

  private static RewiringRule rule(JsonNode node) {
    return new RewiringRule(
        Passes.valueOf(node.get("passes").asText().toUpperCase(Locale.ROOT)),
        node.get("selection").asText().equals(Selection.Greedy.NAME)
            ? new Selection.Greedy()
            : new Selection.Draw(SamplerKind.REFERENCE, node.get("offset").doubleValue()));
  }

  private static void assertCase(JsonNode node) {
    INDArray matrix = matrix(node);
    assertVariance(node, "before", Strengths.of(List.of(Matrix.of(matrix))).variance());
    assertRewires(node, new JavaKernel(), matrix);
    assertVariance(node, "after", Strengths.of(List.of(Matrix.of(matrix))).variance());
  }

  /** The input, in float32 in place of float16. */
  private static INDArray matrix(JsonNode node) {
    DataType type = type(node.get("dtype").asText());
    byte[] input = Golden.bytes(node.get("input").asText());
    INDArray stored = array(input, type, node.get("shape").get(0).asLong());
    return type == DataType.FLOAT16 ? stored.castTo(DataType.FLOAT) : stored;
  }

  private static void assertRewires(JsonNode node, RewireKernel kernel, INDArray matrix) {
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
