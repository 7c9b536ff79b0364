package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.parewire.message.DeviceFailedException;
import io.github.parewire.result.OpenClDevice;
import io.github.parewire.testing.OpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenCL devices from the outside: the same bytes, and one line where there is none. */
final class OpenClDeviceTest {

  private static final Path CNN = Path.of("testmodels/torchscript_cnn.onnx");

  /** Of io.github.parewire.opencl, whose classes the command line does not know. */
  private static final String LIBRARY = "parewire.opencl.library";

  private static final String MEMORY = "parewire.opencl.memory";

  @TempDir private Path folder;

  @AfterEach
  void clearProperties() {
    System.clearProperty(LIBRARY);
    System.clearProperty(MEMORY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torchscript_cnn", "keras_conv", "torchscript_float64"})
  void givesTheBytesOfTheProcessor(String model) throws IOException {
    Path in = Path.of("testmodels", model + ".onnx");
    assertSame(in, "--device", OpenCl.name());
  }

  /** A matrix after another, and options that matter. */
  @Test
  void givesTheBytesOfTheProcessorInLittleMemory() throws IOException {
    OpenCl.device();
    System.setProperty(MEMORY, "8000000");
    assertSame(CNN, "--device", OpenCl.name(), "--seed", "7", "--passes", "output");
  }

  private void assertSame(Path in, String... device) throws IOException {
    List<String> others = List.of(device).subList(2, device.length);
    Path expected = rewired(in, "expected", others);
    Path found = rewired(in, "found", List.of(device));
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(found));
  }

  private Path rewired(Path in, String name, List<String> options) throws IOException {
    Path out = Files.createDirectories(folder.resolve(name)).resolve("rewired.onnx");
    List<Object> arguments = new ArrayList<>(List.of(in, out, "-q"));
    arguments.addAll(options);
    Cli run = Cli.run(arguments.toArray());
    assertEquals(0, run.status(), run::err);
    return out;
  }

  @Test
  void reportsNameTheDeviceAndItsDriver() throws Exception {
    OpenClDevice device = OpenCl.device();
    Path report = folder.resolve("report.json");
    Cli run =
        Program.start(
                folder,
                CNN,
                folder.resolve("out.onnx"),
                "--device",
                OpenCl.name(),
                "--json",
                report)
            .end();
    assertEquals(0, run.status(), run::toString);
    assertEquals("", run.err());
    assertTrue(run.out().contains("opencl kernel on " + device.name() + ", "), run::out);
    JsonNode json = new ObjectMapper().readTree(Files.readString(report));
    assertEquals("opencl", json.at("/settings/kernel").asText());
    assertEquals(OpenCl.name(), json.at("/settings/device").asText());
    assertEquals("reference", json.at("/settings/sampler").asText());
    assertEquals("cpu", json.at("/settings/runOn").asText());
    assertEquals("opencl", json.at("/host/device").asText());
    assertEquals(device.driver(), json.at("/host/openCl/driver").asText());
    assertValid("docs/report.schema.json", json);
  }

  @Test
  void listsDevices() throws IOException {
    OpenClDevice device = OpenCl.device();
    Cli table = Cli.run("devices");
    assertEquals(0, table.status(), table::err);
    assertTrue(table.out().contains(device.name()), table::out);
    assertTrue(table.out().contains("--device gpu "), table::out);
    Cli json = Cli.run("devices", "--json", "-");
    JsonNode list = new ObjectMapper().readTree(json.out());
    assertEquals(device.name(), list.at("/devices/" + device.number() + "/name").asText());
    assertValid("docs/devices.schema.json", list);
  }

  @Test
  void listsNoneWithoutALoader() throws IOException {
    System.setProperty(LIBRARY, "/nonexistent/libOpenCL.so.1");
    Cli table = Cli.run("devices");
    assertEquals(0, table.status(), table::err);
    assertTrue(table.out().startsWith("no OpenCL: expected a loader, /nonexistent/"), table::out);
    assertEquals(1, table.outLines().size());
    JsonNode list = new ObjectMapper().readTree(Cli.run("devices", "--json", "-").out());
    assertEquals(0, list.get("devices").size());
    assertValid("docs/devices.schema.json", list);
  }

  private static void assertValid(String schema, JsonNode json) throws IOException {
    assertEquals(
        java.util.Set.of(),
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(Path.of(schema)))
            .validate(json));
  }

  @Test
  void refusesWithoutALoader() {
    System.setProperty(LIBRARY, "/nonexistent/libOpenCL.so.1");
    assertRefusal(refused("gpu"), "--device gpu: no OpenCL: expected a loader, /nonexistent/");
  }

  /** The loader is there, as in a container, and the driver's part is not. */
  @Test
  void refusesWithoutADriver() throws Exception {
    OpenCl.device();
    Cli run =
        Program.start(
                folder,
                List.of("env", "OCL_ICD_VENDORS=/nonexistent"),
                CNN,
                folder.resolve("out.onnx"),
                "--device",
                "gpu")
            .end();
    assertRefusal(run, "--device gpu: no OpenCL device: the loader is there, and finds no driver");
  }

  @Test
  void refusesANumberThatNoDeviceHas() {
    OpenCl.device();
    assertRefusal(refused("opencl:999"), "--device opencl:999: expected a number from 0 to ");
  }

  @Test
  void refusesAMatrixThatTheDeviceCannotHold() {
    OpenCl.device();
    System.setProperty(MEMORY, "10000");
    assertRefusal(refused(OpenCl.name()), "--device " + OpenCl.name() + ": tensor '");
  }

  /** Nothing is wrong with the command line then. */
  @Test
  void aDeviceThatFailsEndsAsAFileDoes() {
    assertEquals(ExitCode.IO, ExitCode.of(new DeviceFailedException("a card failed")));
  }

  private Cli refused(String device) {
    return Cli.run(CNN, folder.resolve("out.onnx"), "--device", device);
  }

  private void assertRefusal(Cli run, String message) {
    assertEquals(2, run.status(), run::toString);
    assertEquals(1, run.errLines().size(), run::err);
    assertTrue(run.err().startsWith("onnx-parewire: " + message), run::err);
    assertTrue(run.err().strip().endsWith("use --device cpu"), run::err);
    assertTrue(Files.notExists(folder.resolve("out.onnx")));
  }
}
