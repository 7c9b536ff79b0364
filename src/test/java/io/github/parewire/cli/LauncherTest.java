package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher of a checkout: a limit on the process does not end as a failed verification does.
 */
final class LauncherTest {

  private static final Path MODEL = Path.of("testmodels", "torchscript_mlp.onnx").toAbsolutePath();

  /** 128 and SIGKILL's number, and SIGXCPU's. */
  private static final Set<Integer> ENDED_FOR_TIME = Set.of(137, 152);

  private static final int CANT_START = 5;

  /** Where memory suffices or not by turns. */
  private static final Set<Integer> ENDED_FOR_MEMORY = Set.of(0, CANT_START);

  @TempDir private Path folder;
  private Path launcher;
  private Path out;

  /** A checkout with all that the launcher looks at, whose jar names these tests' classes. */
  @BeforeEach
  void buildCheckout() throws IOException {
    out = folder.resolve("out.onnx");
    launcher = copy("tools/onnx-parewire");
    assertTrue(launcher.toFile().setExecutable(true));
    copy("src/dist/jvm.options");
    copy("pom.xml");
    Files.createDirectories(folder.resolve("src/main"));
    Files.createDirectories(folder.resolve("proto"));
    Path jar = Files.createDirectories(folder.resolve("target")).resolve("onnx-parewire.jar");
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    attributes.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    try (OutputStream file = Files.newOutputStream(jar)) {
      new JarOutputStream(file, manifest).close();
    }
    // Newer than the jar, and of no use: as where the launcher could make none.
    Path archive = Files.createFile(folder.resolve("target/onnx-parewire.jsa"));
    assertTrue(archive.toFile().setLastModified(jar.toFile().lastModified() + 10_000));
  }

  private Path copy(String file) throws IOException {
    Path to = folder.resolve(file);
    Files.createDirectories(to.getParent());
    return Files.copy(Path.of(file), to);
  }

  @Test
  void runsWithoutLimits() throws Exception {
    assertEquals(0, status(":"));
    assertTrue(Files.exists(out));
  }

  @Test
  void limitsOfTime() throws Exception {
    for (String limit : List.of("ulimit -t 1", "ulimit -St 1")) {
      // Seconds of work on any machine.
      int status = status(limit, rewire("--selection", "best-of", "--draws", "1000000"));
      assertTrue(ENDED_FOR_TIME.contains(status), () -> limit + " ended with " + status);
      assertTrue(Files.notExists(out), limit);
    }
  }

  /** Java does not start, or gets no further than its own message, and would end with 1. */
  @Test
  void limitsOfMemoryAndFiles() throws Exception {
    for (String limit : List.of("-v 50000", "-v 1000000", "-v 2000000", "-n 6")) {
      assertEquals(CANT_START, status("ulimit " + limit), limit);
      assertTrue(Files.notExists(out));
    }
    for (int kilobytes = 3_150_000; kilobytes < 3_500_000; kilobytes += 50_000) {
      int status = status("ulimit -v " + kilobytes);
      assertTrue(ENDED_FOR_MEMORY.contains(status), kilobytes + " KiB: ended with " + status);
    }
  }

  /** On its way out Java may still crash: what the program has done is done. */
  @Test
  void aCrashAfterTheEndIsNone() throws Exception {
    Path java = Files.createDirectories(folder.resolve("fake/bin")).resolve("java");
    for (int status : new int[] {0, 1, 3}) {
      Files.writeString(java, "#!/bin/sh\necho " + status + " >$PAREWIRE_ENDED\nkill -ABRT $$\n");
      assertTrue(java.toFile().setExecutable(true));
      String limit = "ulimit -v 40000000; export JAVA_HOME=" + folder.resolve("fake");
      assertEquals(status, status(limit));
    }
  }

  @Test
  void verificationThatFailsIsTheSameUnderALimit() throws Exception {
    Path other = Path.of("testmodels", "torchscript_cnn.onnx").toAbsolutePath();
    for (String limit : List.of(":", "ulimit -v 40000000")) {
      assertEquals(
          1, status(limit, "verify", MODEL.toString(), other.toString()), () -> limit + log());
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int status(String limit) throws IOException, InterruptedException {
    return status(limit, rewire());
  }

  private String[] rewire(String... options) {
    return Stream.concat(
            Stream.of(MODEL.toString(), out.toString(), "-q", "--force"), Stream.of(options))
        .toArray(String[]::new);
  }

  private int status(String limit, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("/bin/bash", "-c", limit + "; exec \"$@\"", "bash"));
    command.add(launcher.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    Process process = builder.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still at work: " + log());
    }
    return process.exitValue();
  }
}
