package io.github.parewire.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program as its users start it: a process with a status and two streams. */
final class Program {

  private static final long MINUTES = 3;

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts the program. */
  static Program start(Path scratch, Object... arguments) throws IOException {
    return start(scratch, List.of(), arguments);
  }

  /**
   * Starts the program by way of another one.
   *
   * @param scratch a folder for the two streams
   * @param prefix a command that runs the command which follows it
   */
  static Program start(Path scratch, List<String> prefix, Object... arguments) throws IOException {
    return start(scratch, prefix, System.getProperty("java.class.path"), arguments);
  }

  /** Starts the program with another class path than this process's. */
  static Program startOn(Path scratch, String classPath, Object... arguments) throws IOException {
    return start(scratch, List.of(), classPath, arguments);
  }

  private static Program start(
      Path scratch, List<String> prefix, String classPath, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            classPath,
            Main.class.getName()));
    List.of(arguments).forEach(argument -> command.add(argument.toString()));
    Path out = Files.createTempFile(scratch, "stdout", "");
    Path err = Files.createTempFile(scratch, "stderr", "");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    return new Program(builder.start(), out, err);
  }

  Process process() {
    return process;
  }

  /** Waits for the end. */
  Cli end() throws IOException, InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still at work after " + MINUTES + " minutes");
    }
    return new Cli(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
