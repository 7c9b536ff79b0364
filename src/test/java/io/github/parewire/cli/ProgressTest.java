package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The line that says how far a run has come, as a terminal gets it: {@code script} of util-linux
 * runs the program in a pseudo-terminal. The line is to come at once, so that no run has to be
 * long.
 */
final class ProgressTest {

  private static final int COLUMNS = 90;
  private static final String ESCAPE = "\u001b";

  @TempDir private Path folder;
  private Path in;

  /** Takes a second and more, on fast machines too. */
  @BeforeEach
  void writeModel() {
    Weights weights = Weights.kaiming(Seeds.random("progress"), 1024, 6144);
    in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
  }

  @Test
  void oneLineThatIsGoneInTheEnd() throws Exception {
    String text = inTerminal("");
    List<String> shown =
        Arrays.stream(text.split("\r")).filter(part -> part.startsWith("rewiring")).toList();
    assertTrue(shown.size() > 1, text);
    for (String line : shown) {
      String plain = line.replaceAll(ESCAPE + "\\[\\d*m", "");
      assertTrue(plain.length() < COLUMNS, line);
      assertTrue(
          plain.matches(
              "rewiring +\\d+% .+ \\d+/6M weights \\(\\d+:\\d\\d:\\d\\d / .+\\) .*M weights/s.*"),
          plain);
    }
    assertTrue(shown.get(0).contains(ESCAPE + "["), shown::toString);
    String after = text.substring(text.lastIndexOf(shown.get(shown.size() - 1)));
    assertTrue(after.contains("\r" + " ".repeat(COLUMNS - 1) + "\r"), after);
    assertTrue(after.contains("rewired 1 layer"), after);
  }

  @Test
  void withoutColorIfThatIsWanted() throws Exception {
    String text = inTerminal("NO_COLOR=1");
    assertTrue(text.contains("M weights/s"), text);
    assertFalse(text.contains(ESCAPE), text);
  }

  @Test
  void noneInATerminalThatCannotGoBack() throws Exception {
    assertFalse(inTerminal("TERM=dumb").contains("rewiring"));
  }

  @Test
  void noneIfStandardErrorIsNoTerminal() throws Exception {
    Path err = folder.resolve("err");
    String text = inTerminal("", "2>" + err);
    assertTrue(text.contains("rewired 1 layer"), text);
    assertEquals("same weights: skipped (switched off with --check none)\n", Files.readString(err));
  }

  @Test
  void noneIfQuiet() throws Exception {
    assertEquals("", inTerminal("", "-q"));
  }

  /** What a terminal gets while the program runs in it. */
  private String inTerminal(String environment, String... more)
      throws IOException, InterruptedException {
    String command =
        String.join(
            " ",
            "stty cols " + COLUMNS + " rows 20; TERM=xterm",
            environment,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dfile.encoding=UTF-8",
            "-D" + ProgressLine.DELAY_PROPERTY + "=0",
            "-cp \"$CLASS_PATH\"",
            Main.class.getName(),
            in.toString(),
            folder.resolve("out.onnx").toString(),
            "--check none --threads 1",
            String.join(" ", more));
    Path text = folder.resolve("terminal");
    ProcessBuilder builder =
        new ProcessBuilder("script", "--quiet", "--return", "--command", command, "/dev/null")
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(text.toFile());
    builder.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
    builder.environment().remove("NO_COLOR");
    assertEquals(0, builder.start().waitFor(), () -> "script failed: " + text);
    return Files.readString(text);
  }
}
