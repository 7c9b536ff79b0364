package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users start it: a process with a status and two streams. */
final class ProcessTest {

  @TempDir private Path folder;
  @TempDir private Path scratch;

  @Test
  void rewiresThenVerifies() throws Exception {
    Path in = model(Weights.kaiming(Seeds.random("process"), 12, 10));
    Path out = folder.resolve("out.onnx");

    Cli rewire = run(in, out, "--seed", "7");
    assertEquals(0, rewire.status(), rewire::toString);
    assertEquals("", rewire.err());
    assertTrue(rewire.out().contains("rewired 1 layer, 120 weights, seed 7"), rewire::out);
    assertEquals(Files.size(in), Files.size(out));

    Cli verify = run("verify", in, out);
    assertEquals(0, verify.status(), verify::toString);
    assertEquals("", verify.err());
    assertEquals("verified", verify.outLines().get(3));
  }

  @Test
  void refusesInOneLine() throws Exception {
    Path in = model(Weights.floats(new int[] {1, 2}, Float.NaN, 1));
    Path out = folder.resolve("out.onnx");
    Cli run = run(in, out);
    assertEquals(3, run.status(), run::toString);
    assertEquals("", run.out());
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(Files.notExists(out));
  }

  private Path model(Weights weights) {
    return Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
  }

  private Cli run(Object... arguments) throws IOException, InterruptedException {
    return Program.start(scratch, arguments).end();
  }
}
