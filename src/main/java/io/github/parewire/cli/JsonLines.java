package io.github.parewire.cli;

import io.github.parewire.write.FileFailures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file, or standard output, that gets one JSON object a line. */
final class JsonLines implements AutoCloseable {

  private final String name;
  private final Optional<FileChannel> file;
  private final PrintWriter standardOutput;

  private JsonLines(String name, Optional<FileChannel> file, PrintWriter standardOutput) {
    this.name = name;
    this.file = file;
    this.standardOutput = standardOutput;
  }

  /**
   * Begins, in place of what was in the file.
   *
   * @throws IOException if the file can't be written to
   */
  static JsonLines open(ReportPlace place, PrintWriter standardOutput) throws IOException {
    Optional<FileChannel> file =
        place.isStandardOutput()
            ? Optional.empty()
            : Optional.of(
                FileChannel.open(
                    Path.of(place.name()),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE));
    return new JsonLines(place.name(), file, standardOutput);
  }

  /**
   * Writes a line, to the disk.
   *
   * @throws FileSystemException if it can't be written; no part of it stays then
   */
  void write(String line) throws IOException {
    if (file.isPresent()) {
      write(ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8)), file.get());
    } else {
      standardOutput.println(line);
      StandardOutput.require(standardOutput);
    }
  }

  private void write(ByteBuffer line, FileChannel channel) throws IOException {
    long before = channel.position();
    try {
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.force(false);
    } catch (IOException e) {
      if (channel.position() > before) {
        channel.truncate(before);
      }
      throw FileFailures.named(name, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
