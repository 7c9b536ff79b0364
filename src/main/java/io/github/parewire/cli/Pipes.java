package io.github.parewire.cli;

import io.github.parewire.message.ModelException;
import io.github.parewire.message.UsageException;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.Report;
import io.github.parewire.write.FileFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Models that come by standard input or go by standard output, named {@code -}: files in a
 * temporary folder while a command is at work, for a model is read more than once. The folder is
 * {@code TMPDIR}'s, and gone when the command ends.
 */
final class Pipes implements AutoCloseable {

  /** What a command does with files. */
  @FunctionalInterface
  interface Work {
    /** Does it, and returns the exit status. */
    int run(Pipes pipes) throws IOException;
  }

  private static final Path PIPE = Path.of("-");
  private static final String INPUT = "standard input";
  private static final String OUTPUT = "output.onnx";

  private final Thread cleanup = new Thread(this::delete, "delete what came by a pipe");
  private Path folder;
  private boolean takesInput;
  private boolean givesOutput;

  private Pipes() {}

  /**
   * Does work; what fails names pipes, not the files that stand for them.
   *
   * @return the exit status
   */
  static int with(Work work) throws IOException {
    try (Pipes pipes = new Pipes()) {
      try {
        return work.run(pipes);
      } catch (IOException | RuntimeException e) {
        if (pipes.folder == null) {
          throw e;
        }
        throw new Failure.AsException(Failure.of(pipes.explained(e)).reworded(pipes::named));
      }
    }
  }

  /** Whether a model's name stands for a pipe. */
  static boolean isPipe(Path model) {
    return PIPE.equals(model);
  }

  /**
   * The file to read a model from.
   *
   * @param model as it was given; for {@code -}, standard input is read to its end
   * @throws IOException if that can't be read, or the temporary folder not be written to
   */
  Path source(Path model) throws IOException {
    if (!isPipe(model)) {
      return model;
    }
    if (takesInput) {
      throw new UsageException("standard input is one model, not two", "name the file of one");
    }
    begin();
    takesInput = true;
    spool(System.in, input());
    return input();
  }

  /** The file to write a model to, before {@link #send} sends it. */
  Path target(Path model) throws IOException {
    if (!isPipe(model)) {
      return model;
    }
    begin();
    givesOutput = true;
    return output();
  }

  /** Whether standard output is for a model, so that tables go elsewhere. */
  boolean takeStandardOutput() {
    return givesOutput;
  }

  /**
   * Checks, when the new model is written and has not its name yet, that a pipe can take it.
   *
   * @throws UsageException if it has a data file, which has no place there
   */
  void requireSingleFile() throws IOException {
    if (!givesOutput) {
      return;
    }
    try (Stream<Path> files = Files.walk(outputFolder())) {
      boolean hasOther =
          files
              .filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .anyMatch(name -> !name.equals(OUTPUT) && !name.equals("lock"));
      if (hasOther) {
        throw new UsageException(
            "standard output: the new model has external data, which takes a file of its own",
            "name OUT");
      }
    }
  }

  /**
   * Writes the model to standard output, if that is where it goes.
   *
   * @throws java.nio.file.FileSystemException if it can't be written, as when nobody reads it to
   *     its end
   */
  void send(PrintWriter results) throws IOException {
    if (givesOutput) {
      StandardOutput.copy(output(), results);
    }
  }

  /** A line with the pipes' names in place of the files'. */
  String named(String line) {
    if (folder == null) {
      return line;
    }
    return line.replace("inspect " + input(), "inspect " + PIPE)
        .replace(input().toString(), INPUT)
        .replace(output().toString(), "standard output");
  }

  /** A report in which what comes or goes by a pipe is called as it was given. */
  Report named(Report report) {
    return report.renamed(this::named);
  }

  /** An inspection, likewise. */
  Inspection named(Inspection inspection) {
    return inspection.renamed(this::named);
  }

  private Path named(Path file) {
    return folder != null && (file.equals(input()) || file.equals(output())) ? PIPE : file;
  }

  /**
   * Beside the file that stands for standard input there is no data file, wherever IN came from.
   */
  private Exception explained(Exception e) {
    boolean seeksDataFile =
        takesInput
            && e instanceof ModelException
            && named(Failure.of(e).message()).contains(folder.toString());
    return seeksDataFile
        ? new UsageException(
            INPUT + ": the model has external data, which no pipe brings",
            "name the file in place of " + PIPE)
        : e;
  }

  private void begin() throws IOException {
    if (folder != null) {
      return;
    }
    Path parent =
        Optional.ofNullable(System.getenv("TMPDIR"))
            .filter(name -> !name.isEmpty())
            .map(Path::of)
            .orElse(Path.of(System.getProperty("java.io.tmpdir")));
    try {
      folder = Files.createTempDirectory(parent, "onnx-parewire").toRealPath();
      Runtime.getRuntime().addShutdownHook(cleanup);
      Files.createDirectory(outputFolder());
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(parent.toString(), null, "the folder for temporary files");
    }
  }

  private Path input() {
    return folder.resolve("input.onnx");
  }

  private Path outputFolder() {
    return folder.resolve("output");
  }

  private Path output() {
    return outputFolder().resolve(OUTPUT);
  }

  private void spool(InputStream from, Path to) throws IOException {
    try (OutputStream file = Files.newOutputStream(to)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = read(from, buffer); read >= 0; read = read(from, buffer)) {
        write(file, buffer, read);
      }
    }
  }

  private static int read(InputStream from, byte[] buffer) throws FileSystemException {
    try {
      return from.read(buffer);
    } catch (IOException e) {
      throw FileFailures.named(INPUT, e);
    }
  }

  private void write(OutputStream file, byte[] buffer, int length) throws FileSystemException {
    try {
      file.write(buffer, 0, length);
    } catch (IOException e) {
      throw FileFailures.named(
          String.valueOf(folder.getParent()),
          e,
          e.getMessage() + "; standard input is kept there meanwhile, name another by TMPDIR");
    }
  }

  @Override
  public void close() {
    if (folder == null) {
      return;
    }
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(cleanup);
    } catch (IllegalStateException e) {
      // The process is ending: the hook finds nothing left to delete.
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // In a folder for temporary files, which is emptied by others, too.
    }
  }
}
