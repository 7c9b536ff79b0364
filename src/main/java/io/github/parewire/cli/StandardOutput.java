package io.github.parewire.cli;

import io.github.parewire.write.FileFailures;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Standard output, which can tell why something was not written. */
final class StandardOutput extends PrintWriter {

  private static final String NAME = "standard output";

  /** Keeps the first failure, of which a writer tells only that there was one. */
  private static final class Remembering extends FilterOutputStream {

    private IOException failure;

    Remembering(OutputStream stream) {
      super(stream);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        }
        throw e;
      }
    }
  }

  private final Remembering stream;

  /**
   * A writer.
   *
   * @param stream where it writes, without a buffer
   */
  StandardOutput(OutputStream stream, Charset encoding) {
    this(new Remembering(stream), encoding);
  }

  private StandardOutput(Remembering stream, Charset encoding) {
    super(new EscapingWriter(stream, encoding), true);
    this.stream = stream;
  }

  /**
   * Checks that all of the results so far have been written. A reader that has closed its end of a
   * pipe has had enough, which is no failure.
   *
   * @param results standard output, or what stands for it
   * @throws FileSystemException if some have not
   */
  static void require(PrintWriter results) throws FileSystemException {
    if (!results.checkError()) {
      return;
    }
    IOException why = results instanceof StandardOutput out ? out.stream.failure : null;
    if (why == null) {
      throw new FileSystemException(NAME, null, "can't be written to");
    }
    if (!isClosedPipe(why)) {
      throw FileFailures.named(NAME, why);
    }
  }

  /**
   * Writes a file's bytes as they are. Here a closed pipe is a failure: whoever reads part of a
   * model has no model.
   *
   * @param results standard output, or what stands for it
   * @throws FileSystemException if they can't be written
   * @throws IOException if the file can't be read
   */
  static void copy(Path file, PrintWriter results) throws IOException {
    results.flush();
    OutputStream bytes =
        results instanceof StandardOutput out
            ? out.stream
            : new FileOutputStream(FileDescriptor.out);
    try (InputStream content = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        write(bytes, buffer, read);
      }
    }
  }

  private static void write(OutputStream bytes, byte[] buffer, int length)
      throws FileSystemException {
    try {
      bytes.write(buffer, 0, length);
    } catch (IOException e) {
      throw FileFailures.named(NAME, e);
    }
  }

  /** Of POSIX, and of Windows; the JDK has no exception of its own for it. */
  private static boolean isClosedPipe(IOException e) {
    String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return reason.contains("broken pipe") || reason.contains("pipe is being closed");
  }
}
