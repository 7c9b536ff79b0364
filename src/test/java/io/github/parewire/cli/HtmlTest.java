package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Tensors;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report for people: its text, and the data that its charts are drawn from. */
final class HtmlTest {

  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");

  @TempDir private Path folder;
  private Path in;
  private Path out;
  private Path page;

  @BeforeEach
  void writeModel() {
    in = folder.resolve("in.onnx");
    out = folder.resolve("out.onnx");
    page = folder.resolve("report.html");
    Models.dense("w", Storage.RAW, Weights.kaiming(Seeds.random("html"), 12, 9)).write(in);
  }

  @Test
  void toAFileBesideTheTable() throws IOException {
    Cli run = Cli.run(in, out, "--html", page, "--seed", "7");
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("rewired 1 layer"), run::out);
    String html = Files.readString(page);
    assertTrue(html.contains(">Verified<"), html);
    assertTrue(html.contains("<dt>seed</dt><dd>7</dd>"), html);
    assertTrue(
        html.contains("onnx-parewire " + in + " " + out + " --html " + page + " --seed 7<"), html);
    assertTrue(html.contains(">12 x 9<"), html);
  }

  @Test
  void toStandardOutputInPlaceOfTheTable() {
    Cli run = Cli.run(in, out, "--html", "-");
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().startsWith("<!DOCTYPE html>"), run::out);
    assertTrue(run.out().endsWith("</html>\n"), run::out);
    assertTrue(run.out().chars().allMatch(unit -> unit < 128), "any encoding will do");
  }

  @Test
  void dryRun() throws IOException {
    Cli run = Cli.run(in, "--dry-run", "--html", page);
    assertEquals(0, run.status(), run::err);
    String html = Files.readString(page);
    assertTrue(html.contains("Nothing written"), html);
    assertTrue(html.contains("nothing to prove"), html);
    assertTrue(data(html).get(0).has("picture"), html);
  }

  @Test
  void commandIsQuotedForTheShell() throws IOException {
    Cli.run(in, out, "--html", page, "--exclude", "it's *", "--include", "w");
    assertFalse(Files.exists(page), "no tensor matches");
    Path odd = folder.resolve("it's a $HOME.onnx");
    Files.copy(in, odd);
    Cli run = Cli.run(odd, out, "--html", page, "--include", "*");
    assertEquals(0, run.status(), run::err);
    String quoted = "'" + folder + "/it'\\''s a $HOME.onnx'";
    assertTrue(text(page).contains("onnx-parewire " + quoted + " "), text(page));
    assertTrue(text(page).contains("--include '*'"), text(page));
  }

  private static String text(Path html) throws IOException {
    return Files.readString(html).replace("&#39;", "'");
  }

  @Test
  void isNotWrittenOverAModel() throws IOException {
    byte[] model = Files.readAllBytes(in);
    Path link = Files.createLink(folder.resolve("link.html"), in);
    for (List<Object> places : List.<List<Object>>of(List.of(in), List.of(out), List.of(link))) {
      for (String option : List.of("--html", "--json")) {
        Cli run = Cli.run(in, out, option, places.get(0));
        assertEquals(2, run.status(), run::err);
        assertTrue(run.err().contains("is another file of this run"), run::err);
        assertFalse(Files.exists(out));
      }
    }
    assertArrayEquals(model, Files.readAllBytes(in));
  }

  @Test
  void isNotWrittenOverADataFile() throws IOException {
    Path data = folder.resolve("out.onnx.data");
    Weights large = Weights.kaiming(Seeds.random("html data"), 40, 40);
    Models.dense("w", Storage.RAW, large).write(in);
    Cli run = Cli.run(in, out, "--save-as-external-data", "--html", data);
    assertEquals(2, run.status(), run::err);
    assertTrue(Files.notExists(data));
    assertTrue(Files.notExists(out));
  }

  @Test
  void reportsNeedTwoPlacesThatExist() {
    Cli same = Cli.run(in, out, "--html", "-", "--json", "-");
    assertEquals(2, same.status());
    assertTrue(same.err().contains("name two places"), same::err);
    Cli missing = Cli.run(in, out, "--html", folder.resolve("no/report.html"));
    assertEquals(5, missing.status());
    assertTrue(missing.err().contains("/no: no such file or folder"), missing::err);
    Cli directory = Cli.run(in, out, "--html", folder);
    assertEquals(5, directory.status());
    assertTrue(directory.err().contains("is a folder"), directory::err);
    assertFalse(Files.exists(out), "known before the work");
  }

  @Test
  void chartsHaveTheFiguresOfTheModel() throws IOException {
    Path json = folder.resolve("report.json");
    Cli run = Cli.run(in, out, "--html", page, "--json", json);
    assertEquals(0, run.status(), run::err);
    JsonNode layer = data(Files.readString(page)).get(0);
    JsonNode same = new ObjectMapper().readTree(json.toFile()).at("/layers/0");
    for (String side : List.of("input", "output")) {
      JsonNode variance = same.get(side + "StrengthVariance");
      assertEquals(variance.get("before"), layer.get(side).get(0));
      assertEquals(variance.get("after"), layer.get(side).get(1));
    }
    double[] before = Tensors.weights(in, "w").values();
    double[] after = Tensors.weights(out, "w").values();
    assertHistogram(layer.get("inputStrengths"), "before", columnSums(before, 9));
    assertHistogram(layer.get("inputStrengths"), "after", columnSums(after, 9));
    assertHistogram(layer.get("outputStrengths"), "before", rowSums(before, 9));
    assertHistogram(layer.get("outputStrengths"), "after", rowSums(after, 9));
    assertEquals(12, layer.at("/picture/rows").asInt());
    assertEquals(9, layer.at("/picture/columns").asInt());
    assertCells(layer.get("picture"), "before", before);
    assertCells(layer.get("picture"), "after", after);
  }

  /** One weight a cell: in steps of a 127th of the limit, which one in a hundred exceeds. */
  private static void assertCells(JsonNode picture, String time, double[] weights) {
    double limit = picture.get("limit").asDouble();
    byte[] cells = Base64.getDecoder().decode(picture.get(time).asText());
    assertEquals(weights.length, cells.length);
    int beyond = 0;
    for (int i = 0; i < cells.length; i++) {
      double shown = cells[i] * limit / 127;
      if (Math.abs(weights[i]) > limit) {
        assertEquals(Math.signum(weights[i]) * 127, cells[i]);
        beyond++;
      } else {
        assertEquals(weights[i], shown, limit / 127);
      }
    }
    assertTrue(beyond <= cells.length / 50, () -> time + ": too many beyond " + limit);
  }

  private static void assertHistogram(JsonNode histogram, String time, double[] strengths) {
    double low = histogram.get("low").asDouble();
    double high = histogram.get("high").asDouble();
    int bins = histogram.get(time).size();
    int[] expected = new int[bins];
    for (double strength : strengths) {
      int bin = (int) Math.floor((strength - low) / (high - low) * bins + 1e-9);
      expected[Math.max(0, Math.min(bins - 1, bin))]++;
    }
    int[] shown =
        StreamSupport.stream(histogram.get(time).spliterator(), false)
            .mapToInt(JsonNode::asInt)
            .toArray();
    assertArrayEquals(expected, shown, time + " in " + histogram);
  }

  private static double[] rowSums(double[] matrix, int columns) {
    return IntStream.range(0, matrix.length / columns)
        .mapToDouble(row -> DoubleStream.of(matrix).skip((long) row * columns).limit(columns).sum())
        .toArray();
  }

  private static double[] columnSums(double[] matrix, int columns) {
    double[] sums = new double[columns];
    for (int i = 0; i < matrix.length; i++) {
      sums[i % columns] += matrix[i];
    }
    return sums;
  }

  /** 200 x 130 weights do not fit 96 x 96 cells: a cell is 3 x 2, and the last row 2 x 2. */
  @Test
  void cellsOfLargeMatricesAreMeans() throws IOException {
    Weights weights = Weights.kaiming(Seeds.random("html cells"), 200, 130);
    Models.dense("w", Storage.RAW, weights).write(in);
    assertEquals(0, Cli.run(in, "--dry-run", "--html", page).status());
    JsonNode picture = data(Files.readString(page)).get(0).get("picture");
    assertEquals(List.of(67, 65, 3, 2), numbers(picture, "rows", "columns", "height", "width"));
    double[] means = new double[67 * 65];
    double[] values = weights.values();
    for (int i = 0; i < values.length; i++) {
      int row = i / 130;
      int column = i % 130;
      int height = row / 3 == 66 ? 2 : 3;
      means[row / 3 * 65 + column / 2] += values[i] / (2 * height);
    }
    assertCells(picture, "before", means);
  }

  private static List<Integer> numbers(JsonNode node, String... names) {
    return Arrays.stream(names).map(name -> node.get(name).asInt()).toList();
  }

  @Test
  void everyElementTypeAndSeveralMatrices() throws IOException {
    for (ElementType type : List.of(ElementType.DOUBLE, ElementType.FLOAT16)) {
      Weights weights = Weights.random(type, Seeds.random("html types"), 3, 5, 4);
      Models models = Models.model();
      models
          .graph()
          .input("x", type.dataType(), 3, 2, 5)
          .weights("w", Storage.RAW, weights)
          .node("MatMul", List.of("x", "w"), "y")
          .output("y", type.dataType());
      models.write(in);
      assertEquals(0, Cli.run(in, "--dry-run", "--html", page).status());
      JsonNode layer = data(Files.readString(page)).get(0);
      assertEquals(3, layer.get("slices").asInt());
      assertEquals(15, sum(layer.at("/inputStrengths/before")));
      assertEquals(12, sum(layer.at("/outputStrengths/after")));
    }
  }

  private static int sum(JsonNode numbers) {
    return StreamSupport.stream(numbers.spliterator(), false).mapToInt(JsonNode::asInt).sum();
  }

  /** Equal weights: no variance, one bin, no colour. */
  @Test
  void constantWeights() throws IOException {
    for (float value : new float[] {0, 0.5f}) {
      float[] values = new float[20];
      Arrays.fill(values, value);
      Models.dense("w", Storage.RAW, Weights.floats(new int[] {4, 5}, values)).write(in);
      Cli run = Cli.run(in, out, "--html", page);
      assertEquals(0, run.status(), run::err);
      assertEquals(5, sum(data(Files.readString(page)).get(0).at("/inputStrengths/after")));
    }
  }

  @Test
  void namesCannotEndTheirElement() throws IOException {
    String name =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u2028\ud83e\udd8a";
    Models models = Models.chain(List.of(name, "b"), 6, Seeds.random("html names"));
    models
        .graph()
        .weights(name + "left", Storage.RAW, Weights.floats(new int[] {1, 1}, 1))
        .node("Mul", List.of("x", name + "left"), "z")
        .output("z", DataType.FLOAT);
    models.write(in);
    Cli run = Cli.run(in, out, "--html", page);
    assertEquals(0, run.status(), run::err);
    String html = Files.readString(page);
    assertEquals(name, data(html).get(0).get("tensor").asText());
    assertFalse(html.contains("<script>alert"), html);
    assertFalse(html.contains("<img"), html);
    assertEquals(2, Pattern.compile("</script>").matcher(html).results().count());
  }

  /** However many layers: a few megabytes, and the page says whose charts are left out. */
  @Test
  void sizeIsBounded() throws IOException {
    List<String> names = IntStream.range(0, 1000).mapToObj(i -> "layer" + i + ".weight").toList();
    Models.chain(names, 48, Seeds.random("html size")).write(in);
    Cli run = Cli.run(in, "--dry-run", "--html", page);
    assertEquals(0, run.status(), run::err);
    assertTrue(Files.size(page) < 5_000_000, () -> "bytes: " + page.toFile().length());
    String html = Files.readString(page);
    JsonNode layers = data(html);
    assertEquals(1000, layers.size());
    assertTrue(layers.get(900).has("picture"));
    assertFalse(layers.get(999).has("picture"));
    assertTrue(html.contains("Only the first 927 layers have charts"), html);
  }

  @Test
  void asksForNothingFromElsewhere() throws IOException {
    assertEquals(0, Cli.run(in, out, "--html", page).status());
    String html = Files.readString(page);
    assertTrue(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"));
    assertFalse(html.matches("(?s).*<[^>]+ (src|href)=\"?https?:.*"), html);
    assertTrue(html.contains("Copyright 2010-2023 Mike Bostock"), "D3's licence asks for it");
  }

  private static JsonNode data(String html) throws IOException {
    Matcher data = DATA.matcher(html);
    assertTrue(data.find(), html);
    return new ObjectMapper().readTree(data.group(1));
  }
}
