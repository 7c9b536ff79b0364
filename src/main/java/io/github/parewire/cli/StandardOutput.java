package io.github.parewire.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Standard output, which can tell why something was not written. */
final class StandardOutput extends PrintWriter {

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
    if (why == null || !isClosedPipe(why)) {
      FileSystemException named =
          new FileSystemException(
              "standard output", null, why == null ? "can't be written to" : why.getMessage());
      named.initCause(why);
      throw named;
    }
  }

  /** Of POSIX, and of Windows; the JDK has no exception of its own for it. */
  private static boolean isClosedPipe(IOException e) {
    String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return reason.contains("broken pipe") || reason.contains("pipe is being closed");
  }
}
