package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names beyond ASCII, in a locale that lacks them and in one that has them. */
final class LocaleTest {

  private static final String NAME = "gewichte_\u00fc";
  private static final String REMEDY =
      ": expected characters of the locale's encoding, ANSI_X3.4-1968, found others; set the"
          + " environment variable LC_ALL=C.UTF-8";

  @TempDir private Path folder;
  @TempDir private Path scratch;
  private Path strange;
  private Path in;

  @BeforeEach
  void writeModels() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
    strange = Files.createDirectory(folder.resolve(NAME));
    Weights weights = Weights.kaiming(Seeds.random("locale"), 32, 16);
    in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    Files.copy(in, strange.resolve("in.onnx"));
    Files.write(folder.resolve(NAME + ".bin"), weights.bytes());
    TensorProto.Builder tensor =
        weights.header("w").setDataLocation(TensorProto.DataLocation.EXTERNAL);
    tensor.addExternalData(
        StringStringEntryProto.newBuilder().setKey("location").setValue(NAME + ".bin"));
    Models external = Models.model();
    external
        .graph()
        .input("x", TensorProto.DataType.FLOAT)
        .initializer(tensor.build())
        .node("Gemm", List.of("x", "w"), "y", Models.attribute("transB", 1))
        .output("y", TensorProto.DataType.FLOAT);
    external.write(folder.resolve("external.onnx"));
  }

  @Test
  void pathsInTheLocaleC() throws Exception {
    for (String option : List.of("--json=" + NAME, "--include=" + NAME, NAME)) {
      Cli cli = start("C", folder, "in.onnx", "out.onnx", option);
      assertRefused("", cli);
      assertTrue(cli.err().contains(option.replace("\u00fc", "")), cli::err);
    }
  }

  @Test
  void currentFolderInTheLocaleC() throws Exception {
    assertRefused(
        "in.onnx: no such file or folder, in the current folder ",
        start("C", strange, "in.onnx", "out.onnx", "-q"));
    Cli absolute = start("C", strange, in, folder.resolve("out.onnx"), "-q");
    assertEquals(0, absolute.status(), absolute::toString);
    Cli full = start("C", strange, in, folder.resolve("out.onnx"), "--json", "/dev/full");
    assertEquals(5, full.status(), full::toString);
    assertEquals(1, full.errLines().size(), full::toString);
    assertTrue(full.err().contains("/dev/full: "), full::err);
    assertTrue(full.err().contains(", in the current folder "), full::err);
  }

  @Test
  void dataFileInTheLocaleC() throws Exception {
    for (String locale : List.of("C", "POSIX", "xx_XX.UTF-8")) {
      Cli cli = start(locale, folder, "external.onnx", "out.onnx");
      assertRefused("external.onnx, tensor 'w', external data 'gewichte_", cli);
    }
  }

  private static void assertRefused(String beginning, Cli cli) {
    assertEquals(2, cli.status(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.err().startsWith("onnx-parewire: " + beginning), cli::err);
    assertTrue(cli.errLines().get(0).endsWith(REMEDY), cli::err);
  }

  @Test
  void everythingInALocaleThatHasThem() throws Exception {
    for (Cli cli :
        List.of(
            start("C.UTF-8", strange, "in.onnx", NAME, "--json", NAME + ".json", "-q"),
            start("C.UTF-8", folder, "external.onnx", "out.onnx", "-q"))) {
      assertEquals(0, cli.status(), cli::toString);
    }
    assertTrue(Files.size(strange.resolve(NAME)) > 0);
  }

  /** Each character for itself: names that differ are shown so. */
  @Test
  void namesOnATerminalOfAscii() throws IOException {
    Weights weights = Weights.kaiming(Seeds.random("locale"), 32, 16);
    Path model =
        Models.dense("\u00fc\u6f22\ud83d\ude00", Storage.RAW, weights)
            .write(folder.resolve("names.onnx"));
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    PrintWriter out = new StandardOutput(shown, StandardCharsets.US_ASCII);
    assertEquals(0, Main.run(out, new PrintWriter(System.err), "inspect", model.toString()));
    String text = shown.toString(StandardCharsets.US_ASCII);
    assertTrue(text.contains("\\u00fc\\u6f22\\ud83d\\ude00"), text);
  }

  private Cli start(String locale, Path current, Object... arguments) throws Exception {
    String script = "cd \"$0\" && exec env LC_ALL=" + locale + " \"$@\"";
    return Program.start(scratch, List.of("/bin/bash", "-c", script, current.toString()), arguments)
        .end();
  }
}
