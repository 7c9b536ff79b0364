package io.github.parewire.cli;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.parewire.message.UsageException;
import io.github.parewire.write.FileFailures;
import io.github.parewire.write.FilePlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/**
 * Where a report goes: a file, or standard output in place of text.
 *
 * @param name as it was given
 */
record ReportPlace(String name) {

  private static final String STANDARD_OUTPUT = "-";

  /** Reads one from the command line. */
  static final class Converter implements ITypeConverter<ReportPlace> {
    @Override
    public ReportPlace convert(String value) {
      return new ReportPlace(value);
    }
  }

  boolean isStandardOutput() {
    return name.equals(STANDARD_OUTPUT);
  }

  /** The name as one of files that many models have. */
  NamePattern pattern() {
    return new NamePattern(name);
  }

  /**
   * Checks, before any work, that a file can be there.
   *
   * @throws FileSystemException if its folder is missing, or it is a folder
   */
  void requireFolder() throws IOException {
    if (isStandardOutput()) {
      return;
    }
    Path file = Path.of(name);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    if (Files.isDirectory(file)) {
      throw new FileSystemException(name, null, "is a folder; name the file to write");
    }
  }

  /**
   * Checks that the report would not replace a file of a model.
   *
   * @throws UsageException if it would
   */
  void requireOther(Path model) throws IOException {
    if (!isStandardOutput() && FilePlaces.isSame(Path.of(name), model)) {
      throw isAnother();
    }
  }

  /** What to say of a place that is another file's. */
  UsageException isAnother() {
    return new UsageException(
        name + " is another file of this run", "give the report a name of its own");
  }

  /**
   * Writes a report there, to the disk.
   *
   * @throws FileSystemException if it can't be; a new file is deleted then
   */
  void write(String text, PrintWriter standardOutput) throws IOException {
    if (isStandardOutput()) {
      standardOutput.print(text);
      StandardOutput.require(standardOutput);
      return;
    }
    Path file = Path.of(name);
    boolean isNew = Files.notExists(file);
    try {
      Files.writeString(file, text, CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
    } catch (IOException e) {
      if (isNew) {
        Files.deleteIfExists(file);
      }
      throw e instanceof FileSystemException ? e : FileFailures.named(name, e);
    }
  }
}
