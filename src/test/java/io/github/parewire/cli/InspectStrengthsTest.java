package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Matrices;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How central neurons are, of layers that are rewired and of recurrent ones. */
final class InspectStrengthsTest {

  @TempDir private Path folder;
  private final Random random = Seeds.random("strengths");

  @Test
  void strengthsOfALayerAreDescribed() throws IOException {
    Weights weights = Weights.random(ElementType.FLOAT, random, 9, 14);
    Path in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));

    JsonNode layer = inspect(in).at("/layers/0");

    assertStrengths(layer, List.<double[][]>of(matrix(weights, 0, 9, 14)));
  }

  /** Of two matrices, a neuron is told by both numbers. */
  @Test
  void strengthsOfABatchGoOverItsMatrices() throws IOException {
    Weights weights = Weights.random(ElementType.DOUBLE, random, 2, 6, 4);
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.DOUBLE)
        .weights("w", Storage.RAW, weights)
        .node("MatMul", List.of("x", "w"), "y")
        .output("y", DataType.DOUBLE);
    Path in = models.write(folder.resolve("in.onnx"));

    JsonNode layer = inspect(in).at("/layers/0");

    List<double[][]> matrices =
        IntStream.range(0, 2)
            .mapToObj(slice -> Matrices.transposed(matrix(weights, slice * 24, 6, 4)))
            .toList();
    assertStrengths(layer, matrices);
  }

  @Test
  void recurrentWeightsAreListedAndTakeNoNumber() throws IOException {
    Weights dense = Weights.random(ElementType.FLOAT, random, 5, 6);
    Weights inputs = Weights.random(ElementType.FLOAT, random, 2, 12, 5);
    Weights hidden = Weights.random(ElementType.FLOAT, random, 2, 12, 3);
    Weights gates = Weights.random(ElementType.FLOAT, random, 1, 9, 4);
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT)
        .weights("W", Storage.RAW, inputs)
        .weights("R", Storage.RAW, hidden)
        .weights("of GRU", Storage.RAW_TWICE, gates)
        .weights("after", Storage.RAW, dense)
        .node("LSTM", List.of("x", "W", "R"), "y", Models.attribute("hidden_size", 3))
        .node("GRU", List.of("x", "of GRU", "R"), "z", Models.attribute("hidden_size", 3))
        .node("MatMul", List.of("y", "after"), "out")
        .output("out", DataType.FLOAT);
    Path in = models.write(folder.resolve("in.onnx"));

    JsonNode report = inspect(in);

    assertEquals(0, report.at("/layers/0/number").asInt());
    assertEquals("after", report.at("/layers/0/tensor").asText());
    JsonNode recurrent = report.get("recurrent");
    assertEquals(
        List.of("LSTM W", "LSTM R", "GRU of GRU"),
        IntStream.range(0, recurrent.size())
            .mapToObj(recurrent::get)
            .map(node -> node.get("operator").asText() + " " + node.get("tensor").asText())
            .toList());
    assertStrengths(recurrent.get(0), List.of(matrix(inputs, 0, 12, 5), matrix(inputs, 60, 12, 5)));
    assertStrengths(recurrent.get(2), List.<double[][]>of(matrix(gates, 0, 9, 4)));
    assertEquals(3, report.get("left").size());

    Cli run = Cli.run("inspect", in, "--strengths");
    assertEquals(0, run.status(), run::err);
    List<String> rows =
        run.outLines().stream().filter(line -> line.matches(" *(0|LSTM|GRU) .*puts .*")).toList();
    assertEquals(8, rows.size(), run::out);
    assertTrue(rows.get(2).contains("+-"), rows::toString);
    assertTrue(Cli.run("inspect", in).outLines().stream().noneMatch(line -> line.contains("+-")));
  }

  /** Its only neuron is the strongest and the weakest, and there is no spread. */
  @Test
  void aSingleNeuron() throws IOException {
    Weights one = Weights.random(ElementType.FLOAT, random, 1, 8);
    Path in = Models.dense("w", Storage.RAW, one).write(folder.resolve("in.onnx"));

    JsonNode outputs = inspect(in).at("/layers/0/outputStrengths");

    assertEquals(1, outputs.get("neurons").asInt());
    assertTrue(outputs.get("skewness").isNull());
    assertEquals(0, outputs.get("expectedDeviations").asDouble());
    assertEquals(outputs.get("weakest"), outputs.get("strongest"));
    assertEquals(0, Cli.run("inspect", in, "--strengths").status());
  }

  /** Of 64 neurons whose strengths are independent normal numbers, many times. */
  @Test
  void expectationsHoldForIndependentWeights() throws IOException {
    int draws = 60;
    double above = 0;
    double expected = 0;
    double skewnesses = 0;
    double error = 0;
    for (int draw = 0; draw < draws; draw++) {
      Weights weights = Weights.kaiming(random, 64, 100);
      Path in = Models.dense("w", Storage.RAW, weights).write(folder.resolve(draw + ".onnx"));
      JsonNode layer = inspect(in).at("/layers/0");
      JsonNode outputs = layer.get("outputStrengths");
      double deviation = Math.sqrt(layer.get("idealOutputStrengthVariance").asDouble());
      double mean = outputs.get("mean").asDouble();
      above += (outputs.at("/strongest/strength").asDouble() - mean) / deviation / draws;
      expected = outputs.get("expectedDeviations").asDouble();
      skewnesses += Math.pow(outputs.get("skewness").asDouble(), 2) / draws;
      error = outputs.get("skewnessError").asDouble();
    }
    assertEquals(expected, above, 0.25);
    assertEquals(error, Math.sqrt(skewnesses), 0.1);
  }

  @Test
  void aPageForPeople() throws IOException {
    Weights weights = Weights.kaiming(random, 40, 30);
    String name = "<script>alert('\u00e9')</script>";
    Path in = Models.dense(name, Storage.RAW, weights).write(folder.resolve("in.onnx"));
    Path page = folder.resolve("page.html");

    Cli run = Cli.run("inspect", in, "--html", page, "-q");

    assertEquals(new Cli(0, "", ""), run);
    String html = Files.readString(page);
    assertTrue(html.chars().allMatch(character -> character < 128), html);
    String policy = "content=\"default-src 'none'; style-src 'unsafe-inline'\"";
    assertTrue(html.replace("&#39;", "'").contains(policy), html);
    assertFalse(html.contains("<script"), html);
    assertTrue(html.contains("&lt;script&gt;alert"), html);
    assertEquals(2, html.split("<svg ", -1).length - 1);
    assertEquals(2, html.split("<polyline ", -1).length - 1);
    assertFalse(html.contains("NaN"), html);
    assertTrue(html.contains("Kaiming"), html);

    Cli printed = Cli.run("inspect", in, "--html", "-");
    assertEquals(html, printed.out());
  }

  /** A layer of weights that are all the same, and one of a single weight. */
  @Test
  void aPageOfWeightsThatDoNotDiffer() throws IOException {
    Models models = Models.model();
    models
        .graph()
        .input("x", DataType.FLOAT)
        .weights("same", Storage.RAW, Weights.floats(new int[] {2, 2}, 1, 1, 1, 1))
        .weights("single", Storage.RAW, Weights.floats(new int[] {1, 1}, 3))
        .weights("none", Storage.RAW, Weights.floats(new int[] {2, 2}, Float.NaN, 1, 2, 3))
        .node("MatMul", List.of("x", "same"), "a")
        .node("MatMul", List.of("a", "single"), "b")
        .node("MatMul", List.of("b", "none"), "c")
        .output("c", DataType.FLOAT);
    Path in = models.write(folder.resolve("in.onnx"));

    Cli run = Cli.run("inspect", in, "--html", "-");

    assertEquals(0, run.status(), run::err);
    assertEquals(6, run.out().split("<td>[0-9]+ (in|out)puts<", -1).length - 1, run::out);
    assertFalse(run.out().contains("<path"), run::out);
  }

  @Test
  void reportsHavePlacesOfTheirOwn() {
    Path in =
        Models.dense("w", Storage.RAW, Weights.kaiming(random, 8, 8))
            .write(folder.resolve("in.onnx"));
    for (List<Object> places : List.<List<Object>>of(List.of("-", "-"), List.of("x", "x"))) {
      Cli run = Cli.run("inspect", in, "--json", places.get(0), "--html", places.get(1));
      assertEquals(2, run.status(), run::toString);
      assertTrue(run.err().contains("both go to"), run::err);
    }
    Cli run = Cli.run("inspect", in, "--html", in);
    assertEquals(2, run.status(), run::toString);
    assertTrue(run.err().contains("is another file of this run"), run::err);
  }

  private static double[][] matrix(Weights weights, int from, int rows, int columns) {
    double[] values = weights.values();
    double[][] matrix = new double[rows][];
    Arrays.setAll(
        matrix, r -> Arrays.copyOfRange(values, from + r * columns, from + (r + 1) * columns));
    return matrix;
  }

  private static void assertStrengths(JsonNode node, List<double[][]> matrices) {
    assertSide(node.get("outputStrengths"), matrices);
    assertSide(node.get("inputStrengths"), matrices.stream().map(Matrices::transposed).toList());
  }

  /** Of the sums of rows. */
  private static void assertSide(JsonNode found, List<double[][]> matrices) {
    int each = matrices.get(0).length;
    double[] sums =
        matrices.stream()
            .flatMap(Arrays::stream)
            .mapToDouble(row -> Arrays.stream(row).sum())
            .toArray();
    double mean = Arrays.stream(sums).average().orElseThrow();
    double variance = moment(sums, mean, 2);
    assertEquals(sums.length, found.get("neurons").asInt());
    assertEquals(mean, found.get("mean").asDouble(), 1e-6);
    double skewness = moment(sums, mean, 3) / Math.pow(variance, 1.5);
    assertEquals(skewness, found.get("skewness").asDouble(), 1e-5);
    int least = 0;
    int most = 0;
    for (int i = 0; i < sums.length; i++) {
      least = sums[i] < sums[least] ? i : least;
      most = sums[i] > sums[most] ? i : most;
    }
    assertNeuron(found.get("weakest"), least, each, sums[least]);
    assertNeuron(found.get("strongest"), most, each, sums[most]);
  }

  private static double moment(double[] values, double mean, int power) {
    return Arrays.stream(values).map(value -> Math.pow(value - mean, power)).sum() / values.length;
  }

  private static void assertNeuron(JsonNode found, int number, int each, double strength) {
    assertEquals(number / each, found.get("matrix").asInt());
    assertEquals(number % each, found.get("neuron").asInt());
    assertEquals(strength, found.get("strength").asDouble(), 1e-6);
  }

  private static JsonNode inspect(Path model) throws IOException {
    return InspectTest.json(Cli.run("inspect", model, "--json", "-"));
  }
}
