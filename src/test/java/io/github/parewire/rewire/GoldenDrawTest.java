package io.github.parewire.rewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.numpy.Pcg64;
import io.github.parewire.testing.Golden;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The generator and whole weighted draws, equal to numpy's bit for bit. */
final class GoldenDrawTest {

  @TestFactory
  Stream<DynamicTest> generatorEqualsNumpy() {
    return Golden.random("uniform").map(node -> named(node, () -> assertUniforms(node)));
  }

  @TestFactory
  Stream<DynamicTest> drawEqualsNumpyChoice() {
    return Golden.random("choice").map(node -> named(node, () -> assertDraw(node)));
  }

  private static DynamicTest named(JsonNode node, org.junit.jupiter.api.function.Executable test) {
    int size = node.path("order").size();
    return DynamicTest.dynamicTest(Golden.stream(node) + (size > 0 ? ", " + size : ""), test);
  }

  private static void assertUniforms(JsonNode node) {
    Pcg64 random = Golden.stream(node).generator();
    double[] expected = Golden.doubles(node.get("first"));
    double[] actual = new double[expected.length];
    for (int i = 0; i < actual.length; i++) {
      actual[i] = random.nextDouble();
    }
    assertArrayEquals(expected, actual);
  }

  private static void assertDraw(JsonNode node) {
    double[] strength = Golden.doubles(node.get("strength"));
    double[] probability = new double[strength.length];
    Attachment.probabilities(strength, 1, probability);
    assertArrayEquals(Golden.doubles(node.get("probability")), probability, "probabilities");

    int[] order = new int[strength.length];
    new ReferenceSampler(strength.length, 1).draw(strength, Golden.stream(node).generator(), order);
    assertArrayEquals(Golden.ints(node.get("order")), order, "order");
    assertEquals(order.length, java.util.Arrays.stream(order).distinct().count());
  }
}
