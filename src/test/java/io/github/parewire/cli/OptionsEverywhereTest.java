package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.message.RunOption;
import io.github.parewire.options.RewireOptions;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** An option of the library is one of the command line, of the JSON report and of the docs. */
final class OptionsEverywhereTest {

  /** The components that hold one option each, however deep they lie. */
  private static void collect(Class<?> type, Set<String> leaves) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, leaves);
      }
      return;
    }
    for (RecordComponent component : type.getRecordComponents()) {
      Class<?> inner = component.getType();
      boolean isOptions = inner.getPackage() == RewireOptions.class.getPackage();
      if (isOptions && (inner.isSealed() || inner.isRecord()) && !holdsOneOption(component)) {
        collect(inner, leaves);
        if (inner.isSealed()) {
          leaves.add(component.getName());
        }
      } else {
        leaves.add(component.getName());
      }
    }
  }

  private static boolean holdsOneOption(RecordComponent component) {
    return Arrays.stream(RunOption.values())
            .anyMatch(option -> option.toString().equals(component.getName()))
        && !component.getType().isSealed();
  }

  private static Set<String> leaves() {
    Set<String> leaves = new TreeSet<>();
    collect(RewireOptions.class, leaves);
    assertTrue(leaves.size() > 15, leaves::toString);
    return leaves;
  }

  @Test
  void everyComponentHasItsNameForMessages() {
    Set<String> named = new TreeSet<>();
    Arrays.stream(RunOption.values()).map(RunOption::toString).forEach(named::add);
    assertEquals(leaves(), named);
  }

  @Test
  void everyOptionIsOnTheCommandLine() {
    CommandLine command = new CommandLine(new RewireCommand());
    for (RunOption option : RunOption.values()) {
      String flag = FlagWording.flag(option);
      assertNotNull(command.getCommandSpec().findOption(flag), flag);
    }
  }

  @Test
  void everyOptionIsInTheJsonReport() throws IOException {
    Cli run = Cli.run(Path.of("testmodels/torchscript_mlp.onnx"), "--dry-run", "--json", "-");
    JsonNode settings = new ObjectMapper().readTree(run.out()).get("settings");
    Set<String> found = new TreeSet<>();
    settings.fieldNames().forEachRemaining(found::add);
    assertEquals(leaves(), found);
  }

  @Test
  void everyFlagIsInTheDocs() throws IOException {
    String docs = Files.readString(Path.of("docs/options.md"));
    for (Object command :
        List.of(
            new RewireCommand(), new InspectCommand(), new VerifyCommand(), new DevicesCommand())) {
      for (OptionSpec option : new CommandLine(command).getCommandSpec().options()) {
        assertTrue(docs.contains("`" + option.longestName()), option.longestName());
      }
    }
  }

  @Test
  void everyExitCodeIsInTheDocs() throws IOException {
    String docs = Files.readString(Path.of("docs/options.md"));
    Map<String, String> codes =
        new CommandLine(new RewireCommand()).getCommandSpec().usageMessage().exitCodeList();
    assertEquals(7, codes.size());
    codes.forEach(
        (code, meaning) -> {
          String row = "| " + code.strip() + " | " + meaning + " |";
          assertTrue(docs.contains(row), row);
        });
  }
}
