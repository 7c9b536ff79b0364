package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kernels and devices. What a machine has is made up: an {@code nvidia-smi} of the test's own is
 * the only one on the PATH.
 */
final class DeviceTest {

  private static final Path MODELS = Path.of("testmodels");

  @TempDir private Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void writeModel() {
    Weights weights = Weights.kaiming(Seeds.random("device"), 12, 10);
    in = Models.dense("w", Storage.RAW, weights).write(folder.resolve("in.onnx"));
    out = folder.resolve("out.onnx");
  }

  /** Bytes for bytes, on every test model. */
  @TestFactory
  Stream<DynamicTest> kernelsGiveTheSameFile() throws IOException {
    try (Stream<Path> files = Files.list(MODELS)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList().stream()
          .map(
              model ->
                  DynamicTest.dynamicTest(
                      model.getFileName().toString(), () -> assertSameFile(model)));
    }
  }

  private void assertSameFile(Path model) throws IOException {
    Path java = rewired(model, "java", "--sampler", "exponential");
    Path nd4j = rewired(model, "nd4j", "--kernel", "nd4j");
    try (Stream<Path> files = Files.list(java.getParent())) {
      for (Path file : files.toList()) {
        assertArrayEquals(
            Files.readAllBytes(file),
            Files.readAllBytes(nd4j.resolveSibling(file.getFileName())),
            file::toString);
      }
    }
  }

  private Path rewired(Path model, String name, String... options) throws IOException {
    Path target =
        Files.createDirectories(folder.resolve(model.getFileName()).resolve(name))
            .resolve("rewired.onnx");
    List<Object> arguments = new ArrayList<>(List.of(model, target, "-q", "--check", "none"));
    arguments.addAll(List.of(options));
    Cli run = Cli.run(arguments.toArray());
    assertEquals(0, run.status(), run::err);
    return target;
  }

  @Test
  void reportsNameKernelAndDevice() throws IOException {
    Cli run = Cli.run(in, out, "--kernel", "nd4j", "--json", folder.resolve("report.json"));
    assertTrue(run.out().contains("seed 42, nd4j kernel on cpu, "), run::out);
    JsonNode report = new ObjectMapper().readTree(Files.readString(folder.resolve("report.json")));
    assertEquals("nd4j", report.at("/settings/kernel").asText());
    assertEquals("exponential", report.at("/settings/sampler").asText());
    assertEquals("cpu", report.at("/host/device").asText());
  }

  @ParameterizedTest
  @CsvSource({
    "--kernel nd4j --sampler reference, draws with --sampler exponential alone",
    "--device cuda --sampler reference, draws with --sampler exponential alone",
    "--device cuda --kernel java, --device cuda runs the nd4j kernel alone",
    "--device gpu --kernel nd4j, --device gpu runs the opencl kernel alone",
    "--device opencl:1 --sampler exponential, draws with --sampler reference alone",
    "--device gpu --selection greedy, the opencl kernel has no --selection greedy",
    "--kernel opencl, the opencl kernel does not run on --device cpu",
    "--device tpu, 'expected a device as cpu, gpu, opencl, opencl:N or cuda, found'",
    "--device opencl:-1, 'expected a device as cpu, gpu, opencl, opencl:N or cuda, found'"
  })
  void refusesWhatDoesNotGoTogether(String options, String message) {
    List<Object> arguments = new ArrayList<>(List.of(in, out));
    arguments.addAll(List.of(options.split(" ", -1)));
    Cli run = Cli.run(arguments.toArray());
    assertEquals(2, run.status(), run::err);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().contains(message), run::err);
  }

  @Test
  void refusesWithoutADriver() throws Exception {
    assertRefusal("no NVIDIA GPU: nvidia-smi, which comes with the driver, is not on the PATH");
  }

  /** Whatever rewires. */
  @Test
  void refusesToRunTheOutputOnAGpuWithoutADriver() throws Exception {
    Cli run = run("--run-on", "cuda");
    assertEquals(2, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().startsWith("onnx-parewire: --run-on cuda: no NVIDIA GPU"), run::err);
    assertTrue(run.err().strip().endsWith("use --run-on cpu"), run::err);
    Cli verify = Cli.run("verify", in, in, "--run-on", "cuda");
    assertEquals(2, verify.status(), verify::err);
  }

  @Test
  void refusesWhereTheDriverFindsNoGpu() throws Exception {
    fakeNvidiaSmi("echo 'No devices were found'; exit 6");
    assertRefusal("nvidia-smi says: No devices were found");
  }

  @Test
  void refusesWhereTheDriverDoesNotAnswer() throws Exception {
    fakeNvidiaSmi("echo 'NVIDIA-SMI has failed'; echo 'more'; exit 9");
    assertRefusal("nvidia-smi says: NVIDIA-SMI has failed");
  }

  /** It knows no compute capability. */
  @Test
  void refusesAnOldDriver() throws Exception {
    fakeNvidiaSmi(
        "case \"$1\" in *compute_cap*) echo 'Field \"compute_cap\" is not a valid field';"
            + " exit 2;; *) echo 470.82.01;; esac");
    assertRefusal("driver 470.82.01 is too old: CUDA 12 needs 525.60.13; install a newer driver");
  }

  @Test
  void refusesANewerGeneration() throws Exception {
    fakeGpu("NVIDIA H100 80GB HBM3", "9.0");
    assertRefusal(
        "NVIDIA H100 80GB HBM3 (compute capability 9.0, driver 535.54.03) can't be used: supported"
            + " are compute capabilities 6.0 to 8.9 (Pascal to Ada)");
  }

  @Test
  void refusesAnswersThatItDoesNotUnderstand() throws Exception {
    fakeGpu("Card", "[N/A]");
    assertRefusal("nvidia-smi does not say what was asked, but '0, GPU-1, Card, 535.54.03, [N/A]");
  }

  /** All is well with the machine. */
  @Test
  void refusesInABuildWithoutCuda() throws Exception {
    fakeGpu("NVIDIA A100-SXM4-40GB", "8.0");
    assertRefusal("this build has no CUDA libraries; build it with 'mvn -Pcuda");
  }

  private void fakeGpu(String name, String capability) throws IOException {
    fakeNvidiaSmi(
        "case \"$1\" in *compute_cap*) echo '0, GPU-1, "
            + name
            + ", 535.54.03, "
            + capability
            + ", 40000';; *) echo 535.54.03;; esac");
  }

  private void fakeNvidiaSmi(String script) throws IOException {
    Path file = Files.createDirectory(folder.resolve("bin")).resolve("nvidia-smi");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void assertRefusal(String message) throws Exception {
    Cli run = run("--device", "cuda");
    assertEquals(2, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().startsWith("onnx-parewire: --device cuda: " + message), run::err);
    assertTrue(run.err().strip().endsWith("use --device cpu"), run::err);
    assertTrue(Files.notExists(out));
  }

  private Cli run(String... options) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                in.toString(),
                out.toString()));
    command.addAll(List.of(options));
    Path stdout = folder.resolve("stdout");
    Path stderr = folder.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("CUDA_"));
    environment.put("PATH", folder.resolve("bin").toString());
    int status = builder.start().waitFor();
    return new Cli(status, Files.readString(stdout), Files.readString(stderr));
  }
}
