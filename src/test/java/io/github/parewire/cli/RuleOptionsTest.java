package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --passes}, {@code --selection} and {@code --offset} in whole runs. */
final class RuleOptionsTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;
  private final Weights weights = Weights.kaiming(Seeds.random("rule options"), 40, 50);

  @BeforeEach
  void writeModel() {
    in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    out = folder.resolve("out.onnx");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--passes input",
        "--passes OUTPUT --offset 1e-2",
        "--selection greedy",
        "--selection greedy --passes output --seed 3",
        "--selection best-of --draws 4 --shared-stream",
        "--selection BEST-OF --passes input --draws 2",
        "--offset 0x1p-3 --sampler exponential",
        "--kernel nd4j --passes input --offset 5"
      })
  void verifiedDryAndExported(String options) throws IOException {
    Path exported = folder.resolve("w.safetensors");
    JsonNode run = run(options, out, "--weights-out", exported);
    assertFalse(Arrays.equals(weights.bits(), Tensors.weights(out, "w").bits()));
    assertEquals("holds", run.at("/proofs/1/outcome").asText());
    Cli verified = Cli.run("verify", in, out, "--check", "sort");
    assertEquals(0, verified.status(), verified::err);

    byte[] bytes = Files.readAllBytes(exported);
    byte[] expected = Tensors.weights(out, "w").bytes();
    assertArrayEquals(
        expected, Arrays.copyOfRange(bytes, bytes.length - expected.length, bytes.length));

    assertEquals(run.get("layers"), run(options, "--dry-run").get("layers"));
  }

  @Test
  void defaultsAreTheAuthorsAlgorithm() throws IOException {
    run("--seed 42", out);
    byte[] expected = Files.readAllBytes(out);
    run("--passes both --selection draw --offset 1.0", out);
    assertArrayEquals(expected, Files.readAllBytes(out));
  }

  /** The strengths of the other side stay as they are, but for the order of additions. */
  @Test
  void onePassLeavesTheOtherSide() throws IOException {
    JsonNode input = run("--passes input", out).at("/layers/0");
    assertChange(input.get("inputStrengthVariance"), 0.0, 0.5);
    assertChange(input.get("outputStrengthVariance"), 1 - 1e-6, 1 + 1e-6);
    JsonNode output = run("--passes output", out).at("/layers/0");
    assertChange(output.get("inputStrengthVariance"), 1 - 1e-6, 1 + 1e-6);
    assertChange(output.get("outputStrengthVariance"), 0.0, 0.5);
  }

  /** More orders leave no more variance, and what they leave is of the sides that count alone. */
  @Test
  void bestOfMoreOrdersVariesLess() throws IOException {
    double one = variance(run("--selection best-of --draws 1", out), "input", "output");
    double some = variance(run("--selection best-of --draws 20", out), "input", "output");
    double byDefault = variance(run("--selection best-of", out), "input", "output");
    assertTrue(byDefault <= some && some < one, one + ", " + some + ", " + byDefault);
    assertEquals(
        byDefault, variance(run("--selection best-of --draws 100", out), "input", "output"));
    double inputs = variance(run("--selection best-of --passes input", out), "input");
    double outputs = variance(run("--selection best-of --passes output", out), "output");
    assertTrue(Math.min(inputs, outputs) < byDefault / 2);
  }

  private static double variance(JsonNode run, String... sides) {
    double sum = 0;
    for (String side : sides) {
      sum += run.at("/layers/0/" + side + "StrengthVariance/after").asDouble();
    }
    return sum;
  }

  /** Greedy or not, one side or both, inspecting tells that weights were rewired, not trained. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--selection greedy",
        "--selection greedy --passes input",
        "--selection greedy --passes output",
        "--passes input",
        "--passes output",
        "--offset 0.01"
      })
  void resultLooksRewired(String options) throws IOException {
    run(options, out);
    Cli run = Cli.run("inspect", out, "--json", "-");
    JsonNode looks = new ObjectMapper().readTree(run.out()).at("/layers/0/looksLike");
    assertEquals("random", looks.get("kind").asText(), looks::toString);
    assertTrue(looks.get("rewired").asBoolean(), looks::toString);
  }

  private static void assertChange(JsonNode variance, double least, double most) {
    double ratio = variance.get("after").asDouble() / variance.get("before").asDouble();
    assertTrue(least <= ratio && ratio <= most, variance::toString);
  }

  private JsonNode run(String options, Object... more) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(in, "-q", "--json", "-"));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of(options.split(" ", -1)));
    Cli run = Cli.run(arguments.toArray());
    assertEquals(0, run.status(), run::err);
    return new ObjectMapper().readTree(run.out());
  }
}
