package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.message.ModelException;
import io.github.parewire.model.ElementType;
import io.github.parewire.options.ReportOptions;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.Report;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a run when it has returned: its result, and no file and no native memory. */
final class ResultsKeepNothingTest {

  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int COLLECTIONS = 200;

  @TempDir private Path folder;

  private static boolean isMapped(Path file) throws IOException {
    String name = file.toRealPath().toString();
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines.anyMatch(line -> line.contains(name));
    }
  }

  /** The JVM unmaps a file when nothing refers to it any longer. */
  private static void assertIsUnmapped(Path file) throws Exception {
    for (int i = 0; i < COLLECTIONS && isMapped(file); i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertFalse(isMapped(file), "still mapped: " + file);
  }

  @Test
  void aReportKeepsNoModelOpen() throws Exception {
    assumeTrue(Files.exists(MAPS), "needs /proc/self/maps, which Linux has");
    Path in = Files.copy(Path.of("testmodels/torchscript_cnn.onnx"), folder.resolve("in.onnx"));
    Path out = folder.resolve("out.onnx");
    RewireOptions options = RewireOptions.builder().report(new ReportOptions(true, true)).build();
    Report report = new Rewirer(options).rewire(in, out);
    try {
      assertIsUnmapped(in);
      assertIsUnmapped(out);
    } finally {
      Reference.reachabilityFence(report);
    }
  }

  @Test
  void anInspectionKeepsNoModelOpen() throws Exception {
    assumeTrue(Files.exists(MAPS), "needs /proc/self/maps, which Linux has");
    Path in = Files.copy(Path.of("testmodels/torchscript_cnn.onnx"), folder.resolve("in.onnx"));
    Inspection inspection = new Inspector(RewireOptions.defaults()).inspect(in);
    try {
      assertIsUnmapped(in);
    } finally {
      Reference.reachabilityFence(inspection);
    }
  }

  /** Of this process, in MiB. */
  private static long residentMemory() throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      String line = lines.filter(each -> each.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
  }

  /** Each of these runs holds 32 MB of weights when the kernel throws. */
  @Test
  void aKernelThatThrowsLeavesNoNativeMemory() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs /proc/self/status, which Linux has");
    double[] weights = new double[2000 * 2000];
    Arrays.fill(weights, 1e306);
    long[] bits = Arrays.stream(weights).mapToLong(Double::doubleToRawLongBits).toArray();
    Path in =
        Models.dense("w", Storage.RAW, Weights.of(ElementType.DOUBLE, new int[] {2000, 2000}, bits))
            .write(folder.resolve("in.onnx"));
    Rewirer rewirer = new Rewirer(RewireOptions.defaults());
    Path out = folder.resolve("out.onnx");
    long before = 0;
    int runs = 30;
    for (int i = 0; i < runs; i++) {
      if (i == 5) {
        before = residentMemory();
      }
      ModelException refused = assertThrows(ModelException.class, () -> rewirer.rewire(in, out));
      assertTrue(refused.getMessage().contains("too large"), refused::getMessage);
    }
    long grown = residentMemory() - before;
    assertTrue(grown < 200, () -> "grew by " + grown + " MiB in 25 runs of 32 MB each");
  }
}
