package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.testing.Rooms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/house.md says of the rooms is what the code says, which {@link Rooms} is held to. */
final class HouseTest {

  private static final Path DOCUMENT = Path.of("docs/house.md");
  private static final Path SOURCES = Path.of("src/main/java/io/github/parewire");

  /** The first sentence of a package's javadoc. */
  private static final Pattern FIRST_SENTENCE =
      Pattern.compile("/\\*\\*(.*?)\\.[ \\n]", Pattern.DOTALL);

  @Test
  void pictureShowsWhoImportsWhom() throws IOException {
    String picture =
        Rooms.IMPORTS.keySet().stream()
            .flatMap(room -> directImports(room).stream().map(other -> arrow(room, other)))
            .collect(Collectors.joining("\n", "```mermaid\nflowchart TD\n", "\n```\n"));
    assertContains(picture);
  }

  @Test
  void tableHasEveryRoom() throws IOException {
    StringBuilder table = new StringBuilder("| room | |\n| --- | --- |\n");
    for (String room : Rooms.IMPORTS.keySet()) {
      table.append("| `").append(label(room)).append("` | ").append(purpose(room)).append(" |\n");
    }
    assertContains(table.toString());
  }

  private static void assertContains(String part) throws IOException {
    String document = Files.readString(DOCUMENT).replace("\r\n", "\n");
    assertTrue(document.contains(part), () -> DOCUMENT + " is to have:\n\n" + part);
  }

  /** Imports that follow from no other: the picture is the same without the rest. */
  private static List<String> directImports(String room) {
    List<String> imports = Rooms.IMPORTS.get(room);
    return imports.stream()
        .filter(one -> imports.stream().noneMatch(other -> reachable(other).contains(one)))
        .toList();
  }

  /** The rooms that a room imports, and those they import, and so on. */
  private static Set<String> reachable(String room) {
    Set<String> found = new HashSet<>();
    for (String other : Rooms.IMPORTS.get(room)) {
      found.add(other);
      found.addAll(reachable(other));
    }
    return found;
  }

  private static String arrow(String from, String to) {
    return "  " + label(from) + " --> " + label(to);
  }

  private static String label(String room) {
    return room.equals(Rooms.FRONTS) ? "parewire" : room;
  }

  private static String purpose(String room) throws IOException {
    Path folder = room.equals(Rooms.FRONTS) ? SOURCES : SOURCES.resolve(room);
    Matcher sentence =
        FIRST_SENTENCE.matcher(
            Files.readString(folder.resolve("package-info.java")).replace("\r\n", "\n"));
    assertTrue(sentence.find(), room);
    return sentence
        .group(1)
        .replaceAll("\\s*\\n \\* ?", " ")
        .replaceAll("\\{@link [\\w.]*\\.(\\w+)}", "`$1`")
        .replaceAll("\\{@code (\\w+)}", "`$1`")
        .strip();
  }
}
