package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.model.ElementType;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name with characters that a terminal obeys is shown, and does nothing to it. */
final class PrintedNamesTest {

  private static final String NAME = "w\u001b]0;owned\u0007\u001b[2J\u009b31m\u202ereversed\n\ttwo";
  private static final String SHOWN =
      "w\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202ereversed\\u000a\\u0009two";

  @TempDir private Path folder;

  private Path model(ElementType type, long... bits) throws IOException {
    Models models = Models.dense(NAME, Storage.RAW, Weights.of(type, new int[] {2, 2}, bits));
    models
        .graph()
        .weights(
            NAME + "left",
            Storage.RAW,
            Weights.random(ElementType.FLOAT, Seeds.random("printed names"), 3, 4))
        .node("Add", List.of(NAME + "left", NAME + "left"), "sum")
        .output("sum", DataType.FLOAT);
    return models.write(folder.resolve("in.onnx"));
  }

  private static void assertPrintable(Cli run) {
    Stream.of(run.out(), run.err())
        .flatMap(String::lines)
        .map(line -> line.replaceFirst("^\\t(at |\\.\\.\\. )", ""))
        .forEach(
            line ->
                assertEquals(
                    List.of(),
                    line.chars()
                        .filter(
                            c ->
                                Character.isISOControl(c)
                                    || Character.getType(c) == Character.FORMAT)
                        .boxed()
                        .toList(),
                    line));
  }

  @Test
  void inTablesNotesAndProofs() throws IOException {
    Path in = model(ElementType.FLOAT, 0x3f800000L, 0x3f000000L, 0xbe000000L, 0x3e800000L);
    Path out = folder.resolve("out.onnx");
    for (Cli run :
        List.of(
            Cli.run(in, out, "-v"),
            Cli.run(in, "--dry-run"),
            Cli.run("inspect", in),
            Cli.run("verify", in, out))) {
      assertEquals(0, run.status(), run::toString);
      assertPrintable(run);
    }
    assertTrue(Cli.run("inspect", in).out().contains(SHOWN + " "));
    assertTrue(Cli.run("inspect", in).out().contains(SHOWN + "left"));
  }

  @Test
  void inErrors() throws IOException {
    Path in = model(ElementType.FLOAT, 0x7fc00000L, 0, 0, 0);
    Cli run = Cli.run(in, folder.resolve("out.onnx"), "-v");
    assertEquals(3, run.status(), run::toString);
    assertPrintable(run);
    assertTrue(run.err().contains("w\\u001b]0;owned"), run::err);
    assertPrintable(Cli.run(in, folder.resolve("out.onnx"), "--bad\u001b[31m"));
    assertPrintable(Cli.run(in, folder.resolve("out.onnx"), "--exclude", "\u001b[31m"));
    assertPrintable(Cli.run(folder.resolve("none\u001b[31m.onnx"), folder.resolve("out.onnx")));
  }

  /** Programs get the name as it is. */
  @Test
  void jsonHasTheNameItself() throws IOException {
    Path in = model(ElementType.FLOAT, 0x3f800000L, 0x3f000000L, 0xbe000000L, 0x3e800000L);
    Path json = folder.resolve("report.json");
    Cli.run(in, folder.resolve("out.onnx"), "--json", json);
    assertEquals(
        NAME, new ObjectMapper().readTree(Files.readString(json)).at("/layers/0/tensor").asText());
  }
}
