package io.github.parewire.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the Tab key does in real shells, typed on a terminal. */
final class CompletionIT {

  private static final String SCRIPT = "target/dist/share/completion/onnx-parewire.sh";
  private static final String TAB = "\t";
  private static final String START_OF_LINE = "\001";

  @ParameterizedTest
  @CsvSource({"bash, bash --norc -i", "zsh, zsh -f -i"})
  void completesCommandsOptionsValuesAndFiles(String program, String shell) throws Exception {
    assumeTrue(Command.exists(program), () -> program + " is not installed");
    assertCompletes(shell, "onnx-parewire insp", "onnx-parewire inspect");
    assertCompletes(shell, "onnx-parewire verify --che", "onnx-parewire verify --check");
    assertCompletes(shell, "onnx-parewire --shared", "onnx-parewire --shared-stream");
    assertCompletes(shell, "onnx-parewire --sampler ex", "onnx-parewire --sampler exponential");
    assertCompletes(shell, "onnx-parewire LICE", "onnx-parewire LICENSE");
    assertCompletes(shell, "onnx-parewire a.onnx LICE", "onnx-parewire a.onnx LICENSE");
    assertCompletes(shell, "onnx-parewire inspect LICE", "onnx-parewire inspect LICENSE");
  }

  /** Types a line and Tab; then has the shell print the line that came of it. */
  private static void assertCompletes(String shell, String typed, String expected)
      throws Exception {
    String keys =
        "source %s\n%s%s%secho MARK$((40+2)):\nexit\n".formatted(SCRIPT, typed, TAB, START_OF_LINE);
    Command run = Command.run(Map.of("TERM", "xterm"), keys, "script", "-qec", shell, "/dev/null");
    Matcher printed = Pattern.compile("MARK42:([^\r\n]*)").matcher(run.out());
    assertTrue(printed.find(), run::toString);
    assertEquals(expected, printed.group(1).strip(), run::toString);
  }
}
