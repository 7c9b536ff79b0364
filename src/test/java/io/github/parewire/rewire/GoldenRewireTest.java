package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.array.Matrix;
import io.github.parewire.measure.Strengths;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.testing.Golden;
import io.github.parewire.testing.GoldenRewiring;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

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
                    () ->
                        GoldenRewiring.assertRewires(
                            node,
                            new JavaKernel(GoldenRewiring.rule(node)),
                            GoldenRewiring.matrix(node))));
  }

  private static void assertCase(JsonNode node) {
    INDArray matrix = GoldenRewiring.matrix(node);
    assertVariance(node, "before", Strengths.of(List.of(Matrix.of(matrix))).variance());
    GoldenRewiring.assertRewires(node, new JavaKernel(), matrix);
    assertVariance(node, "after", Strengths.of(List.of(Matrix.of(matrix))).variance());
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
}
