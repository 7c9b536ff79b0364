package io.github.parewire.testing;

import static java.util.stream.Collectors.joining;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium, to look at pages as a reader does. */
public final class Browser implements AutoCloseable {

  private static final String NEEDS =
      "needed are Chromium and its chromedriver on the PATH (Debian: apt-get install chromium"
          + " chromium-driver)";

  /** Says at every start that it lacks commands for the newest browsers, which no test needs. */
  private static final Logger VERSIONS =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  static {
    VERSIONS.setLevel(Level.SEVERE);
  }

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts a browser. Without one the test is skipped and says what it needs. */
  public static Browser start() {
    Optional<File> binary = find("chromium", "chromium-browser", "google-chrome", "chrome");
    Optional<File> service = find("chromedriver");
    boolean isThere = binary.isPresent() && service.isPresent();
    if (!isThere) {
      System.out.println("no browser, its tests are skipped: " + NEEDS);
    }
    Assumptions.assumeTrue(isThere, NEEDS);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(binary.get());
    // Root, as in a container, has no sandbox; the pages are our own.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    return new Browser(
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(service.get()).build(),
            options));
  }

  private static Optional<File> find(String... names) {
    List<String> folders = List.of(System.getenv("PATH").split(File.pathSeparator));
    return Arrays.stream(names)
        .flatMap(name -> folders.stream().map(folder -> new File(folder, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  /** Opens a page, in a window of some width, as light or dark, on the screen or on paper. */
  public void open(Path page, String fragment, int width, Theme theme, String medium) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            medium,
            "features",
            List.of(
                Map.of(
                    "name",
                    "prefers-color-scheme",
                    "value",
                    theme.name().toLowerCase(Locale.ROOT)))));
    driver.get("about:blank");
    driver.get(page.toUri() + fragment);
  }

  /** What the reader prefers. */
  public enum Theme {
    /** Dark on light. */
    LIGHT,
    /** Light on dark. */
    DARK
  }

  /** Lets pages run scripts, or not. */
  public void scripts(boolean areOn) {
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !areOn));
  }

  /** The first element that a selector of CSS matches. */
  public WebElement one(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** All elements that a selector of CSS matches. */
  public List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** The value of an expression in the page. */
  public Object value(String expression, Object... arguments) {
    return driver.executeScript("return " + expression, arguments);
  }

  /** A number in the page. */
  public double number(String expression, Object... arguments) {
    return ((Number) value(expression, arguments)).doubleValue();
  }

  /** What is drawn where an element is. */
  public static BufferedImage picture(WebElement element) {
    try {
      return ImageIO.read(new ByteArrayInputStream(element.getScreenshotAs(OutputType.BYTES)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pages on paper, as PDF. */
  public String pdf() {
    return String.valueOf(
        driver.executeCdpCommand("Page.printToPDF", Map.of("printBackground", true)).get("data"));
  }

  /** What the console said, and addresses outside of files that were asked for. */
  public String complaints() {
    Stream<String> console =
        driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(String::valueOf);
    Stream<String> requests =
        driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
            .map(entry -> entry.getMessage())
            .filter(message -> message.contains("\"Network.requestWillBeSent\""))
            .filter(message -> !message.matches("(?s).*\"url\":\"(file|data|about):.*"));
    return Stream.concat(console, requests).collect(joining("\n"));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
