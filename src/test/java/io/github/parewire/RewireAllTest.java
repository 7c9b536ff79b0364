package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.ModelException;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.Device;
import io.github.parewire.options.ExecutionOptions;
import io.github.parewire.options.FileOptions;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.RewireJob;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.JobListener;
import io.github.parewire.result.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many models in a row: each as if it were alone. */
final class RewireAllTest {

  private static final Path CNN = Path.of("testmodels/torchscript_cnn.onnx");
  private static final Path MLP = Path.of("testmodels/torchscript_mlp.onnx");

  @TempDir private Path folder;

  /** Writes down what it hears. */
  private static class Heard implements JobListener {

    final List<String> events = new ArrayList<>();
    final Map<Path, Throwable> failures = new LinkedHashMap<>();

    @Override
    public void before(RewireJob job, Report report) throws IOException {
      assertTrue(job.out().stream().noneMatch(Files::exists), "not yet published");
      assertEquals(job.in(), report.in());
      events.add("before " + job.in().getFileName());
    }

    @Override
    public void done(RewireJob job, Report report) {
      assertTrue(job.out().stream().allMatch(Files::exists));
      events.add("done " + job.in().getFileName());
    }

    @Override
    public void failed(RewireJob job, Throwable failure) {
      assertTrue(job.out().stream().noneMatch(Files::exists));
      events.add("failed " + job.in().getFileName());
      failures.put(job.in(), failure);
    }
  }

  @Test
  void eachModelIsRewiredAsIfAlone() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.onnx"), "none");
    Heard heard = new Heard();
    Rewirer rewirer = new Rewirer(RewireOptions.builder().seed(7).build());
    rewirer.rewireAll(
        List.of(
            RewireJob.of(CNN, out("cnn")),
            RewireJob.of(bad, out("bad")),
            RewireJob.of(MLP, out("mlp"))),
        heard);
    assertEquals(
        List.of(
            "before torchscript_cnn.onnx",
            "done torchscript_cnn.onnx",
            "failed bad.onnx",
            "before torchscript_mlp.onnx",
            "done torchscript_mlp.onnx"),
        heard.events);
    assertInstanceOf(ModelException.class, heard.failures.get(bad));
    for (Path in : List.of(CNN, MLP)) {
      rewirer.rewire(in, out("alone"));
      Path among = out(in.equals(CNN) ? "cnn" : "mlp");
      assertArrayEquals(Files.readAllBytes(out("alone")), Files.readAllBytes(among));
    }
  }

  @Test
  void whatTheListenerThrowsEndsThatModelAlone() throws IOException {
    Heard heard =
        new Heard() {
          @Override
          public void before(RewireJob job, Report report) throws IOException {
            if (job.in().equals(CNN)) {
              throw new IOException("disk full");
            }
          }
        };
    new Rewirer(RewireOptions.defaults())
        .rewireAll(List.of(RewireJob.of(CNN, out("cnn")), RewireJob.of(MLP, out("mlp"))), heard);
    assertEquals(List.of("failed torchscript_cnn.onnx", "done torchscript_mlp.onnx"), heard.events);
    assertEquals("disk full", heard.failures.get(CNN).getMessage());
  }

  @Test
  void aJobHasFilesOfItsOwn() throws IOException {
    Path weights = folder.resolve("w.npz");
    FileOptions own = FileOptions.builder().weightsOut(weights).build();
    Heard heard = new Heard();
    new Rewirer(RewireOptions.defaults())
        .rewireAll(
            List.of(
                new RewireJob(CNN, Optional.of(out("cnn")), Optional.of(own)),
                new RewireJob(MLP, Optional.empty(), Optional.empty())),
            heard);
    assertEquals(4, heard.events.size(), heard.events::toString);
    assertTrue(Files.exists(weights));
    assertTrue(Files.exists(out("cnn")));
  }

  @Test
  void aDeviceThatIsNotThereEndsThemAll() {
    Heard heard = new Heard();
    RewireOptions options =
        RewireOptions.builder()
            .execution(new ExecutionOptions(KernelKind.OPENCL, Device.opencl(99), 1))
            .build();
    assertThrows(
        UnsupportedDeviceException.class,
        () -> new Rewirer(options).rewireAll(List.of(RewireJob.of(CNN, out("cnn"))), heard));
    assertEquals(List.of(), heard.events);
  }

  private Path out(String name) {
    return folder.resolve(name + "-out.onnx");
  }
}
