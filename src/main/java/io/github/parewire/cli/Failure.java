package io.github.parewire.cli;

import io.github.parewire.message.DeviceFailedException;
import io.github.parewire.message.FileNames;
import io.github.parewire.message.Printable;
import io.github.parewire.message.UserException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.function.UnaryOperator;

/**
 * What went wrong, as the user is told.
 *
 * @param code how the program ends if it was the only job
 * @param message one line
 * @param thrown what has been thrown
 */
record Failure(ExitCode code, String message, Throwable thrown) {

  /** A failure with a message of its own. */
  static final class AsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    AsException(Failure failure) {
      super(failure.message(), failure.thrown());
      this.failure = failure;
    }
  }

  static Failure of(Throwable thrown) {
    if (thrown instanceof AsException known) {
      return known.failure;
    }
    if (thrown instanceof OutOfMemoryError) {
      return new Failure(ExitCode.IO, "not enough memory: " + oneLine(thrown.getMessage()), thrown);
    }
    ExitCode code = ExitCode.of(thrown);
    String message = message(thrown, code);
    String folder = System.getProperty("user.dir");
    if (code == ExitCode.IO && FileNames.isLost(folder)) {
      Throwable lost = FileNames.refusal(message + ", in the current folder " + folder);
      message = message(lost, ExitCode.of(lost));
      // From there no relative path leads anywhere; a full disk is a full disk.
      code = cause(thrown) instanceof NoSuchFileException ? ExitCode.of(lost) : code;
    }
    return new Failure(code, message, thrown);
  }

  /** The same with something put otherwise in the message. */
  Failure reworded(UnaryOperator<String> words) {
    return new Failure(code, words.apply(message), thrown);
  }

  /** Prints the line, and in verbose form where in the code it was thrown. */
  void print(PrintWriter err, boolean isVerbose) {
    err.println("onnx-parewire: " + message);
    if (isVerbose) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().map(Failure::traceLine).forEach(err::println);
    }
  }

  /** A line of a stack trace, which begins with a tab where it names a place in the code. */
  private static String traceLine(String line) {
    boolean isPlace = line.startsWith("\tat ") || line.startsWith("\t... ");
    return isPlace ? "\t" + Printable.line(line.substring(1)) : Printable.line(line);
  }

  private static String message(Throwable e, ExitCode code) {
    String text =
        switch (code) {
          case IO ->
              e instanceof DeviceFailedException device
                  ? device.message().text(FlagWording.FLAGS)
                  : ioMessage(e);
          case BUG -> "a bug in onnx-parewire: " + e + "; please report it, with what -v prints";
          default ->
              e instanceof UserException user
                  ? user.message().text(FlagWording.FLAGS)
                  : e.getMessage();
        };
    return oneLine(text);
  }

  private static String ioMessage(Throwable e) {
    Throwable cause = cause(e);
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file or folder";
    }
    if (cause instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (cause instanceof FileSystemException file && file.getReason() != null) {
      return file.getFile() + ": " + file.getReason();
    }
    return "can't read or write: " + cause.getMessage();
  }

  private static Throwable cause(Throwable e) {
    return e instanceof UncheckedIOException ? e.getCause() : e;
  }

  /** A text on one line, with nothing in it that a terminal obeys. */
  static String oneLine(String text) {
    return Printable.line(String.valueOf(text).replaceAll("\\s*\\R\\s*", " ").strip());
  }
}
