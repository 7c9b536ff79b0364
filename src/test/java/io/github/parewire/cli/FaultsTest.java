package io.github.parewire.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Accidents: whatever happens to a run, the old output is whole, and IN as it was. */
final class FaultsTest {

  private static final int INPUTS = 512;
  private static final int LAYERS = 6;
  private static final int LAYER_BYTES = INPUTS * INPUTS * Float.BYTES;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

  /** A model, and its data file. */
  private record Pair(byte[] model, byte[] data) {

    static Pair of(Path model) {
      try {
        return new Pair(Files.readAllBytes(model), Files.readAllBytes(dataOf(model)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isSame(Pair other) {
      return Arrays.equals(model, other.model) && Arrays.equals(data, other.data);
    }
  }

  @TempDir private Path folder;
  @TempDir private Path scratch;

  private Path in;
  private Path out;
  private Path staging;

  @BeforeEach
  void writeModel() throws IOException {
    in = Files.createDirectory(folder.resolve("in")).resolve("in.onnx");
    out = Files.createDirectory(folder.resolve("out")).resolve("out.onnx");
    staging = out.resolveSibling(".out.onnx.tmp");
    Random random = Seeds.random("faults");
    byte[] data = new byte[LAYERS * LAYER_BYTES];
    random.nextBytes(data);
    for (int i = 3; i < data.length; i += Float.BYTES) {
      data[i] = (byte) (data[i] & 0x80 | 0x3c);
    }
    Files.write(dataOf(in), data);
    Models models = Models.model();
    models.graph().input("h0", TensorProto.DataType.FLOAT);
    for (int i = 0; i < LAYERS; i++) {
      models
          .graph()
          .initializer(external("w" + i, (long) i * LAYER_BYTES))
          .node("MatMul", List.of("h" + i, "w" + i), "h" + (i + 1));
    }
    models.graph().output("h" + LAYERS, TensorProto.DataType.FLOAT);
    models.write(in);
  }

  private static TensorProto external(String name, long offset) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(INPUTS)
            .addDims(INPUTS)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    Map.of("location", "in.onnx.data", "offset", String.valueOf(offset))
        .forEach(
            (key, value) ->
                tensor.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return tensor.build();
  }

  private static Path dataOf(Path model) {
    return model.resolveSibling(model.getFileName() + ".data");
  }

  /** Kills at many moments: by the clock, and by what is in the folder. What they leave stays. */
  @Test
  void killed() throws Exception {
    Pair source = Pair.of(in);
    Pair old = run(1);
    Pair made = expected(2);
    for (int kill = 0; kill < 12; kill++) {
      Program program = Program.start(scratch, in, out, "--seed", "2", "-q");
      if (kill < 4) {
        TimeUnit.MILLISECONDS.sleep(100 + 250 * kill);
      } else {
        awaitStaging(program);
        TimeUnit.MILLISECONDS.sleep(40 * (kill - 4));
      }
      program.process().destroyForcibly();
      Cli cli = program.end();
      assertTrue(cli.status() == 137 || cli.status() == 0, cli::toString);
      assertWhole(old, made);
      assertTrue(source.isSame(Pair.of(in)));
    }
    assertTrue(expected(3).isSame(run(3)));
    assertEquals(List.of("out.onnx", "out.onnx.data"), names());
  }

  /** The old pair or the new one; or neither, and the old one where the next run finds it. */
  private void assertWhole(Pair old, Pair made) throws IOException {
    if (Files.exists(out)) {
      Pair found = Pair.of(out);
      assertTrue(found.isSame(old) || found.isSame(made), "a model with the data of another");
    } else {
      assertArrayEquals(
          old.model(), Files.readAllBytes(staging.resolve("old").resolve("out.onnx")));
    }
  }

  /** The same with a file each, in a folder that the run makes. */
  @Test
  void killedWithADataFilePerTensor() throws Exception {
    List<Object> each = List.of("-q", "--one-file-per-tensor", "--external-data", "each");
    Map<String, String> made = runWith(each, 2);
    delete(out.getParent());
    Files.createDirectory(out.getParent());
    for (boolean hasOld : List.of(false, true)) {
      Map<String, String> old = hasOld ? runWith(each, 1) : Map.of();
      for (int kill = 0; kill < 4; kill++) {
        List<Object> arguments = new ArrayList<>(List.of(in, out, "--seed", "2"));
        arguments.addAll(each);
        Program program = Program.start(scratch, arguments.toArray());
        awaitStaging(program);
        TimeUnit.MILLISECONDS.sleep(150 * kill);
        program.process().destroyForcibly();
        Cli cli = program.end();
        assertTrue(cli.status() == 137 || cli.status() == 0, cli::toString);
        // Whatever is there, the next run to OUT mends it, and fails for this option.
        assertEquals(2, Cli.run(in, out, "--external-data", "out.onnx").status());
        Map<String, String> found = sums();
        assertTrue(found.equals(old) || found.equals(made), found::toString);
        if (found.equals(made)) {
          old = made;
        }
      }
      delete(out.getParent());
      Files.createDirectory(out.getParent());
    }
  }

  private Map<String, String> runWith(List<Object> options, int seed) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(in, out, "--seed", seed));
    arguments.addAll(options);
    Cli cli = Cli.run(arguments.toArray());
    assertEquals(0, cli.status(), cli::toString);
    assertEquals(LAYERS + 1, sums().size());
    return sums();
  }

  /** All files in OUT's folder and below, with hashes of what is in them. */
  private Map<String, String> sums() throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out.getParent())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sums.put(
            out.getParent().relativize(file).toString(),
            String.valueOf(Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return sums;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> endedBySignal() {
    return Stream.of("TERM 143", "INT 130", "HUP 129")
        .map(
            signal ->
                DynamicTest.dynamicTest(
                    signal,
                    () -> {
                      String[] words = signal.split(" ");
                      for (int delay = 0; delay <= 150; delay += 150) {
                        assertEndedBy(words[0], Integer.parseInt(words[1]), delay);
                      }
                    }));
  }

  private void assertEndedBy(String signal, int status, long delay) throws Exception {
    Pair old = run(1);
    Pair made = expected(2);
    Program program = Program.start(scratch, in, out, "--seed", "2", "-q");
    awaitStaging(program);
    if (isIgnored(program, signal)) {
      // The next test writes to the same place.
      program.end();
      abort("whoever runs the tests has SIG" + signal + " ignored");
    }
    TimeUnit.MILLISECONDS.sleep(delay);
    new ProcessBuilder("kill", "-" + signal, String.valueOf(program.process().pid()))
        .start()
        .waitFor();
    Cli cli = program.end();
    assertTrue(cli.status() == status || cli.status() == 0, cli::toString);
    assertEquals("", cli.out() + cli.err());
    assertEquals(List.of("out.onnx", "out.onnx.data"), names());
    assertWhole(old, made);
  }

  /** Signals that a parent ignores, as a shell's background jobs do, are ignored by the JVM too. */
  private static boolean isIgnored(Program program, String signal) throws IOException {
    Path status = Path.of("/proc", String.valueOf(program.process().pid()), "status");
    try {
      long mask =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("SigIgn:"))
              .mapToLong(line -> Long.parseUnsignedLong(line.replaceAll(".*\\s", ""), 16))
              .findFirst()
              .orElse(0);
      int number = Map.of("HUP", 1, "INT", 2, "TERM", 15).get(signal);
      return (mask >> (number - 1) & 1) != 0;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Test
  void twoRunsAtOnce() throws Exception {
    List<Pair> results = IntStream.range(0, 3).mapToObj(this::expected).toList();
    int done = 0;
    for (int round = 0; round < 3; round++) {
      List<Program> programs = new ArrayList<>();
      for (int seed = 0; seed < 3; seed++) {
        programs.add(Program.start(scratch, in, out, "--seed", seed, "-q"));
      }
      for (Program program : programs) {
        Cli cli = program.end();
        done += cli.status() == 0 ? 1 : 0;
        if (cli.status() != 0) {
          assertEquals(5, cli.status(), cli::toString);
          assertEquals(
              List.of(
                  "onnx-parewire: "
                      + out
                      + ": another run is writing this file; wait for its end, or give OUT another"
                      + " name"),
              cli.errLines());
        }
      }
      assertTrue(done > round, "none of the runs came to its end");
      Pair found = Pair.of(out);
      assertTrue(results.stream().anyMatch(found::isSame), "a model with the data of another");
      assertEquals(List.of("out.onnx", "out.onnx.data"), names());
    }
  }

  /** A limit on the size of files: the same error as of a full disk, for every user. */
  @Test
  void fileSizeLimit() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
    assertEquals(0, Cli.run(in, folder.resolve("warm"), "-q").status());
    Pair old = run(1);
    List<String> limited = List.of("/bin/bash", "-c", "ulimit -f 2048; exec \"$@\"", "bash");
    Cli cli = Program.start(scratch, limited, in, out, "-q").end();
    assertFails(cli, out + ": File too large");
    assertTrue(old.isSame(Pair.of(out)));
    assertEquals(List.of("out.onnx", "out.onnx.data"), names());
  }

  @Test
  void fullDisk() throws Exception {
    Path disk = mount("size=2m");
    try {
      Files.writeString(disk.resolve("out.onnx"), "precious");
      assertFails(
          Cli.run(in, disk.resolve("out.onnx")),
          disk.resolve("out.onnx") + ": No space left on device");
      assertEquals("precious", Files.readString(disk.resolve("out.onnx")));
      assertEquals(List.of("out.onnx"), names(disk));
      // Not a single block is left.
      assertTrue(fill(disk.resolve("filler")) > 0);
      Cli cli = Cli.run(in, disk.resolve("out.onnx"));
      assertEquals(5, cli.status(), cli::toString);
      assertTrue(cli.err().contains("No space left on device"), cli::err);
      assertEquals(List.of("filler", "out.onnx"), names(disk));
    } finally {
      unmount(disk);
    }
  }

  private static long fill(Path file) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (true) {
        channel.write(java.nio.ByteBuffer.allocate(4096));
      }
    } catch (IOException e) {
      return file.toFile().length();
    }
  }

  @Test
  void nativesFindNoRoom() throws Exception {
    Path disk = mount("size=1m");
    try {
      assertNativesFail(disk, disk.resolve(".javacpp/cache"), "No space left on device");
    } finally {
      unmount(disk);
    }
  }

  @Test
  void nativesFindNoFolder() throws Exception {
    Path home = Path.of("/dev/null/home");
    assertNativesFail(home, home.resolve(".javacpp/cache"), "");
  }

  /** The home folder and the temporary one are the two that natives may be unpacked to. */
  private void assertNativesFail(Path place, Path folder, String reason) throws Exception {
    Pair old = run(1);
    String properties = "-Duser.home=" + place + " -Djava.io.tmpdir=" + place;
    List<String> prefix = List.of("env", "JAVA_TOOL_OPTIONS=" + properties);
    for (Object[] command : List.of(new Object[] {in, out}, new Object[] {"verify", in, out})) {
      Cli cli = Program.start(scratch, prefix, command).end();
      assertEquals(5, cli.status(), cli::toString);
      List<String> lines =
          cli.errLines().stream().filter(line -> !line.startsWith("Picked up")).toList();
      assertEquals(1, lines.size(), cli::err);
      assertTrue(
          lines
              .get(0)
              .startsWith(
                  "onnx-parewire: "
                      + folder
                      + ": native libraries, which are unpacked to this folder, can't be started: "
                      + reason),
          cli::err);
      assertTrue(lines.get(0).contains("-Dorg.bytedeco.javacpp.cachedir=FOLDER"), cli::err);
    }
    assertTrue(old.isSame(Pair.of(out)));
  }

  @Test
  void readOnlyFileSystem() throws Exception {
    Path disk = mount("ro");
    try {
      Cli cli = Cli.run(in, disk.resolve("out.onnx"));
      assertEquals(5, cli.status(), cli::toString);
      assertEquals(1, cli.errLines().size());
      assertTrue(cli.err().contains("Read-only file system"), cli::err);
    } finally {
      unmount(disk);
    }
  }

  @Test
  void anotherFileSystem() throws Exception {
    Path disk = mount("size=64m");
    try {
      assertFalse(Files.getFileStore(disk).equals(Files.getFileStore(in)));
      Path there = disk.resolve("out.onnx");
      for (int seed = 1; seed <= 2; seed++) {
        assertEquals(0, Cli.run(in, there, "-q", "--seed", seed).status());
        assertTrue(expected(seed).isSame(Pair.of(there)));
        assertEquals(List.of("out.onnx", "out.onnx.data"), names(disk));
      }
    } finally {
      unmount(disk);
    }
  }

  /** A file system of its own, in memory; only the super-user of a system may make one. */
  private Path mount(String options) throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    int status = -1;
    try {
      status =
          new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString())
              .redirectErrorStream(true)
              .redirectOutput(scratch.resolve("mount").toFile())
              .start()
              .waitFor();
    } catch (IOException e) {
      // No such command.
    }
    if (status != 0) {
      System.out.println("FaultsTest: this user may not mount a file system; skipped");
    }
    assumeTrue(status == 0, "needs the right to mount a file system");
    return disk;
  }

  /** Now, though files of it may be mapped until the next garbage collection. */
  private static void unmount(Path disk) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor());
  }

  @Test
  void outIsADevice() throws Exception {
    Cli cli = Cli.run(in, "/dev/full");
    assertEquals(2, cli.status(), cli::toString);
    assertTrue(cli.err().contains("device"), cli::err);
    assertFalse(Files.isRegularFile(Path.of("/dev/full")));
  }

  /** Something that happens to a file. */
  private interface Accident {
    void happenTo(Path file) throws IOException;
  }

  @TestFactory
  Stream<DynamicTest> inChangesWhileItIsRead() {
    Map<String, Accident> accidents = new LinkedHashMap<>();
    accidents.put("written to", file -> Files.setLastModifiedTime(file, FileTime.fromMillis(1)));
    accidents.put(
        "longer", file -> Files.write(file, new byte[] {8, 8}, StandardOpenOption.APPEND));
    accidents.put("shorter", file -> truncate(file, Files.size(file) / 2));
    accidents.put("empty", file -> truncate(file, 0));
    accidents.put("gone", Files::delete);
    accidents.put(
        "another",
        file -> {
          Path other = Files.copy(file, file.resolveSibling("other"));
          Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
          Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        });
    return accidents.entrySet().stream()
        .flatMap(
            accident ->
                Stream.of("in.onnx", "in.onnx.data")
                    .map(
                        name ->
                            DynamicTest.dynamicTest(
                                name + " " + accident.getKey(),
                                () -> assertNoticed(name, accident.getValue()))));
  }

  private void assertNoticed(String name, Accident accident) throws Exception {
    Pair source = Pair.of(in);
    Pair old = run(1);
    Program program = Program.start(scratch, in, out, "--seed", "2");
    awaitStaging(program);
    Path file = in.resolveSibling(name);
    accident.happenTo(file);
    Cli cli = program.end();
    assertFails(cli, file + ": the file changed while it was read; run again once it is complete");
    assertTrue(old.isSame(Pair.of(out)));
    assertEquals(List.of("out.onnx", "out.onnx.data"), names());
    Files.write(in, source.model());
    Files.write(dataOf(in), source.data());
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void assertFails(Cli cli, String message) {
    assertEquals(5, cli.status(), cli::toString);
    assertEquals("", cli.out());
    assertEquals(List.of("onnx-parewire: " + message), cli.errLines());
  }

  /** Waits until a run has begun to write. */
  private void awaitStaging(Program program) throws InterruptedException {
    long start = System.nanoTime();
    // Killed runs leave theirs; each run makes it anew.
    FileTime before = modified(staging);
    while (modified(staging) == null || modified(staging).equals(before)) {
      assertTrue(System.nanoTime() - start < PATIENCE, "the run does not begin to write");
      if (!program.process().isAlive()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException e) {
      return null;
    }
  }

  private Pair run(int seed) {
    assertEquals(0, Cli.run(in, out, "-q", "--seed", seed).status());
    return Pair.of(out);
  }

  /** What a run to OUT should give, made elsewhere. */
  private Pair expected(int seed) {
    try {
      Path elsewhere = Files.createDirectories(folder.resolve("expected " + seed));
      Path there = elsewhere.resolve(out.getFileName());
      assertEquals(0, Cli.run(in, there, "-q", "--seed", seed).status());
      return Pair.of(there);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> names() throws IOException {
    return names(out.getParent());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
