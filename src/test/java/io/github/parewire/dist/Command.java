package io.github.parewire.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a program did, run with nothing of this process's environment but its search path.
 *
 * @param status the exit status
 * @param out standard output
 * @param err standard error
 */
record Command(int status, String out, String err) {

  /** Runs a program to its end. */
  static Command run(Object... command) throws IOException, InterruptedException {
    return run(Map.of(), "", command);
  }

  /** Runs a program to its end, with further environment variables and a standard input. */
  static Command run(Map<String, String> environment, String input, Object... command)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("command");
    try {
      List<String> words = Arrays.stream(command).map(Object::toString).toList();
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .redirectInput(Files.writeString(folder.resolve("in"), input).toFile())
              .redirectOutput(folder.resolve("out").toFile())
              .redirectError(folder.resolve("err").toFile());
      builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
      builder.environment().putAll(environment);
      int status = builder.start().waitFor();
      return new Command(status, text(folder.resolve("out")), text(folder.resolve("err")));
    } finally {
      for (String name : List.of("in", "out", "err")) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.delete(folder);
    }
  }

  /** Whether the search path has a program. */
  static boolean exists(String name) {
    return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
