package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.testing.Browser;
import io.github.parewire.testing.Browser.Theme;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The HTML report as its reader has it: what Chromium draws, and how it answers. */
final class HtmlInBrowserTest {

  private static final String HOSTILE =
      "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>\"'&amp;<b>"
          + "/a_very_long_scope".repeat(20);
  private static final List<String> MANY = many();

  @TempDir private static Path folder;
  private static Browser browser;
  private static Path small;
  private static Path large;
  private static JsonNode report;

  private static List<String> many() {
    List<String> names = new ArrayList<>(List.of("first.weight", HOSTILE));
    IntStream.range(2, 300).forEach(i -> names.add("block." + i + ".weight"));
    return names;
  }

  @BeforeAll
  static void writePages() throws IOException {
    browser = Browser.start();
    small = folder.resolve("small.html");
    Path json = folder.resolve("small.json");
    Path model = Path.of("testmodels", "torchscript_cnn.onnx");
    run(model, folder.resolve("small.onnx"), "--html", small, "--json", json);
    report = new ObjectMapper().readTree(json.toFile());
    large = folder.resolve("large.html");
    Path in = Models.chain(MANY, 24, Seeds.random("browser")).write(folder.resolve("large.onnx"));
    run(in, "--dry-run", "--html", large);
  }

  private static void run(Object... arguments) {
    Cli run = Cli.run(arguments);
    assertEquals(0, run.status(), run::err);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void nothingWasAskedForOrComplainedOf() {
    assertEquals("", browser.complaints());
  }

  /** Circles lie where a log scale has their figures: one line through all of both charts. */
  @Test
  void variancesAreDrawnOnALogScale() {
    browser.open(small, "", 1200, Theme.LIGHT, "screen");
    JsonNode layers = report.get("layers");
    double[] line = null;
    for (String side : List.of("input", "output")) {
      for (String time : List.of("before", "after")) {
        List<WebElement> dots = browser.all("#variance [data-side=" + side + "] ." + time + ".dot");
        assertEquals(layers.size(), dots.size());
        for (int i = 0; i < layers.size(); i++) {
          double y = browser.number("arguments[0].cy.baseVal.value", dots.get(i));
          double value = layers.get(i).get(side + "StrengthVariance").get(time).asDouble();
          if (line == null) {
            line = new double[] {y, Math.log(value), slope(side)};
          }
          assertEquals(line[0] + (Math.log(value) - line[1]) * line[2], y, 0.01);
          assertTrue(isVisible(dots.get(i)), side + " " + time + " " + i);
        }
      }
    }
  }

  /** Pixels for each unit of the logarithm, by the marks of the axis. */
  private static double slope(String side) {
    String marks =
        "[...document.querySelectorAll('#variance [data-side="
            + side
            + "] svg .tick')].filter("
            + "t => t.querySelector('text').textContent === '%s').map("
            + "t => t.transform.baseVal[0].matrix.f)[0]";
    double high = browser.number(marks.formatted("1"));
    double low = browser.number(marks.formatted("0.1"));
    return (high - low) / Math.log(10);
  }

  private static boolean isVisible(WebElement element) {
    return (Boolean)
        browser.value(
            "((e, r) => r.width > 0 && e.ownerSVGElement.getBoundingClientRect().right >= r.right"
                + " && getComputedStyle(e).visibility === 'visible')"
                + "(arguments[0], arguments[0].getBoundingClientRect())",
            element);
  }

  /** Each pixel in the middle of a cell is green, purple or pale, as its weight is. */
  @ParameterizedTest
  @ValueSource(strings = {"before", "after"})
  void matrixIsAPictureOfTheWeights(String time) {
    browser.open(small, "#layer-0", 1200, Theme.LIGHT, "screen");
    Path model =
        time.equals("before")
            ? Path.of("testmodels", "torchscript_cnn.onnx")
            : folder.resolve("small.onnx");
    double[] weights = Tensors.weights(model, "stem.weight").values();
    double peak =
        IntStream.range(0, weights.length)
            .mapToDouble(i -> Math.abs(weights[i]))
            .max()
            .orElseThrow();
    BufferedImage picture = Browser.picture(browser.one("#matrix-" + time + " image"));
    int coloured = 0;
    for (int i = 0; i < weights.length; i++) {
      int x = (int) ((i % 27 + 0.5) * picture.getWidth() / 27);
      int y = (int) ((i / 27 + 0.5) * picture.getHeight() / 16);
      int pixel = picture.getRGB(x, y);
      int greenness = (pixel >> 8 & 255) - Math.max(pixel >> 16 & 255, pixel & 255);
      if (Math.abs(weights[i]) > peak / 4) {
        assertEquals(weights[i] > 0, greenness > 0, time + " " + i + ": " + weights[i]);
        coloured++;
      }
    }
    assertTrue(coloured > weights.length / 2);
  }

  @Test
  void histogramsHaveABarABin() {
    browser.open(small, "#layer-0", 1200, Theme.LIGHT, "screen");
    for (String side : List.of("inputs", "outputs")) {
      List<WebElement> bars = browser.all("#" + side + " .bar");
      double unit =
          browser.number(
              "[...document.querySelectorAll('#"
                  + side
                  + " .tick')].map("
                  + "t => t.transform.baseVal[0].matrix.f).filter(y => y > 0)"
                  + ".sort((a, b) => b - a).slice(0, 2).reduce((a, b) => a - b)");
      double neurons = 0;
      for (WebElement bar : bars) {
        neurons += browser.number("arguments[0].height.baseVal.value", bar) / unit;
      }
      double step =
          browser.number(
              "Number(document.querySelectorAll('#"
                  + side
                  + " g:first-of-type .tick text')[1]"
                  + ".textContent)");
      assertEquals(side.equals("inputs") ? 27 : 16, neurons * step, 0.01, side);
    }
  }

  @Test
  void layerIsChosenByKeyboardLinkButtonChartAndAddress() {
    browser.open(small, "#layer-2", 1200, Theme.LIGHT, "screen");
    assertChosen("#2 depthwise.weight");
    WebElement choice = browser.one("#choice");
    choice.sendKeys(Keys.ARROW_DOWN);
    assertChosen("#3 up.weight");
    choice.sendKeys(Keys.TAB, "");
    browser.one("#previous").sendKeys(Keys.ENTER);
    assertChosen("#2 depthwise.weight");
    browser.one("#next").click();
    assertChosen("#3 up.weight");
    browser.all("#layers tbody a").get(5).click();
    assertChosen("#5 head.weight");
    assertFalse(browser.one("#next").isEnabled());
    browser.all("[data-side=output] .after.dot").get(0).click();
    assertChosen("#0 stem.weight");
    assertTrue(browser.one(".readout").getText().startsWith("#0 stem.weight: input"));
  }

  private static void assertChosen(String name) {
    String facts = browser.one("#facts").getText();
    assertTrue(facts.startsWith(name + ": "), facts);
    assertEquals(name, browser.value("document.querySelector('#choice').selectedOptions[0].text"));
    String row = browser.one("#layers tr[aria-current]").getText();
    assertTrue(row.startsWith(name.substring(1)), row);
    assertEquals(2, browser.all("#variance .chosen[visibility=visible]").size());
  }

  @Test
  void hostileNameIsText() {
    browser.open(large, "#layer-1", 1200, Theme.LIGHT, "screen");
    assertChosen("#1 " + HOSTILE);
    assertEquals(null, browser.value("window.hit"));
    assertEquals(0, browser.all("img, b").size());
  }

  @ParameterizedTest
  @EnumSource(Theme.class)
  void lightAndDark(Theme theme) {
    browser.open(small, "", 1200, theme, "screen");
    BufferedImage picture = Browser.picture(browser.one("body"));
    assertEquals(theme == Theme.LIGHT, luminance(picture.getRGB(2, 2)) > 0.5);
    for (String element : List.of("h1", ".lead", "#facts", "a", "td.holds", ".note", "pre")) {
      double contrast = contrast("'" + element + "'", "color");
      assertTrue(contrast >= 4.5, element + ": contrast " + contrast);
    }
    for (String shape : List.of("svg text", ".after.dot", ".bar")) {
      double contrast = contrast("'" + shape + "'", "fill");
      assertTrue(contrast >= 3, shape + ": contrast " + contrast);
    }
    for (String shape : List.of(".before.dot", ".outline")) {
      double contrast = contrast("'" + shape + "'", "stroke");
      assertTrue(contrast >= 3, shape + ": contrast " + contrast);
    }
  }

  /** Contrast with the page's background (WCAG 2). */
  private static double contrast(String selector, String property) {
    double one =
        luminance(colour("getComputedStyle(document.querySelector(" + selector + "))." + property));
    double other = luminance(colour("getComputedStyle(document.body).backgroundColor"));
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  private static int colour(String expression) {
    String[] parts = browser.value(expression).toString().replaceAll("[^0-9,]", "").split(",");
    return Integer.parseInt(parts[0]) << 16
        | Integer.parseInt(parts[1]) << 8
        | Integer.parseInt(parts[2]);
  }

  /** Relative luminance (WCAG 2). */
  private static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
  }

  private static double linear(int channel) {
    double share = (channel & 255) / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }

  /** On paper everything is light, whole, and without what one can't press there. */
  @ParameterizedTest
  @EnumSource(Theme.class)
  void prints(Theme theme) {
    browser.open(large, "", 720, theme, "print");
    assertTrue(luminance(colour("getComputedStyle(document.body).backgroundColor")) > 0.9);
    assertFalse(browser.one(".choice").isDisplayed());
    assertTrue(browser.one("#facts").isDisplayed());
    assertTrue(browser.one("#matrix-after image").isDisplayed());
    for (WebElement table : browser.all(".scroll")) {
      assertEquals(
          0, browser.number("arguments[0].scrollHeight - arguments[0].clientHeight", table));
    }
    assertFitsTheWindow();
    assertTrue(browser.pdf().length() > 100_000, "pages with charts");
  }

  @ParameterizedTest
  @ValueSource(ints = {340, 700, 1600})
  void fitsWindows(int width) {
    browser.open(small, "", width, Theme.LIGHT, "screen");
    assertFitsTheWindow();
    browser.open(large, "#layer-1", width, Theme.LIGHT, "screen");
    assertFitsTheWindow();
    assertEquals(300, browser.all("[data-side=input] .after.dot").size());
  }

  private static void assertFitsTheWindow() {
    double beyond = browser.number("document.documentElement.scrollWidth - innerWidth");
    assertTrue(beyond <= 0, () -> "wider than its window by " + beyond);
  }

  @Test
  void chartsHaveNames() {
    browser.open(small, "", 1200, Theme.LIGHT, "screen");
    List<WebElement> drawings = browser.all("svg");
    assertEquals(7, drawings.size());
    for (WebElement drawing : drawings) {
      assertEquals("img", drawing.getDomAttribute("role"));
      assertNotEquals("", drawing.getDomAttribute("aria-label"));
    }
    assertEquals("Layer", browser.one("label[for=choice]").getText());
  }

  @Test
  void tablesNeedNoScript() throws IOException {
    browser.scripts(false);
    try {
      browser.open(small, "", 1200, Theme.LIGHT, "screen");
      assertTrue(browser.one("noscript").getText().contains("need JavaScript"));
      assertEquals(report.get("layers").size(), browser.all("#layers tbody tr").size());
      assertFalse(browser.one("#choice").isDisplayed());
    } finally {
      browser.scripts(true);
    }
    assertTrue(Files.readString(small).contains("<h1>small.onnx</h1>"));
  }
}
