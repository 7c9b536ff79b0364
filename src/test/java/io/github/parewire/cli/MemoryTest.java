package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model with external data goes through tensor by tensor: the process takes the same memory for a
 * model of many layers as for one of few.
 */
final class MemoryTest {

  private static final int INPUTS = 1024;
  private static final int LAYER_BYTES = INPUTS * INPUTS * Short.BYTES;
  private static final int FEW = 4;
  private static final int MANY = 84;

  /** Half of what the additional layers take as float16, and a quarter of it as float32. */
  private static final long ALLOWED = (MANY - FEW) / 2 * LAYER_BYTES / 1024L;

  @TempDir private Path folder;

  @BeforeEach
  void needsProc() {
    assumeTrue(
        Files.exists(Path.of("/proc/self/status")), "needs /proc to see what a process takes");
  }

  @Test
  void peakMemoryDoesNotGrowWithTheModel() throws Exception {
    long few = peakKilobytes(FEW);
    long many = peakKilobytes(MANY);
    assertTrue(
        many - few < ALLOWED,
        () -> FEW + " layers: " + few + " KB, " + MANY + " layers: " + many + " KB");
  }

  private long peakKilobytes(int layers) throws IOException, InterruptedException {
    Path in = writeModel(layers);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                // A heap that is resident from the start, so that garbage does not count as growth.
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                in.toString(),
                folder.resolve("out.onnx").toString(),
                "-q")
            .inheritIO()
            .start();
    long peak = 0;
    do {
      peak = Math.max(peak, highWaterMark(process.pid()));
    } while (!process.waitFor(5, TimeUnit.MILLISECONDS));
    assertEquals(0, process.exitValue());
    return peak;
  }

  /** The most that was resident so far, by Linux's own account; 0 once the process is gone. */
  private static long highWaterMark(long pid) throws IOException {
    try {
      return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // Gone, maybe while its file was being read.
      return 0;
    }
  }

  private Path writeModel(int layers) throws IOException {
    Random random = Seeds.random("memory");
    Models models = Models.model();
    models.graph().input("h0", TensorProto.DataType.FLOAT16);
    try (OutputStream data = Files.newOutputStream(folder.resolve("in.data"))) {
      for (int i = 0; i < layers; i++) {
        data.write(halves(random));
        models
            .graph()
            .initializer(external("w" + i, (long) i * LAYER_BYTES))
            .node("MatMul", List.of("h" + i, "w" + i), "h" + (i + 1));
      }
    }
    models.graph().output("h" + layers, TensorProto.DataType.FLOAT16);
    return models.write(folder.resolve("in.onnx"));
  }

  /** Random float16 values of both signs between 1/64 and 1/32. */
  private static byte[] halves(Random random) {
    byte[] bytes = new byte[LAYER_BYTES];
    random.nextBytes(bytes);
    for (int i = 1; i < bytes.length; i += 2) {
      bytes[i] = (byte) (bytes[i] & 0x83 | 0x24);
    }
    return bytes;
  }

  private static TensorProto external(String name, long offset) {
    List<StringStringEntryProto> entries = new ArrayList<>();
    List.of("location=in.data", "offset=" + offset, "length=" + LAYER_BYTES)
        .forEach(
            entry ->
                entries.add(
                    StringStringEntryProto.newBuilder()
                        .setKey(entry.substring(0, entry.indexOf('=')))
                        .setValue(entry.substring(entry.indexOf('=') + 1))
                        .build()));
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT16_VALUE)
        .addDims(INPUTS)
        .addDims(INPUTS)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addAllExternalData(entries)
        .build();
  }
}
