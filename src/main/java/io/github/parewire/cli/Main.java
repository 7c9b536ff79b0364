package io.github.parewire.cli;

import io.github.parewire.message.FileNames;
import io.github.parewire.message.UsageException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** Starts the program. */
public final class Main {

  private Main() {}

  /** Runs the command line and exits. */
  public static void main(String[] arguments) {
    UnsafeNotice.silence();
    int status =
        run(
            new StandardOutput(
                new FileOutputStream(FileDescriptor.out), encoding("stdout.encoding")),
            new PrintWriter(new EscapingWriter(System.err, encoding("stderr.encoding")), true),
            arguments);
    leaveWord(status);
    System.exit(status);
  }

  /**
   * Tells the launchers that this program ended by itself, and how: not Java for want of memory,
   * which may still end it on the way out.
   */
  private static void leaveWord(int status) {
    String file = System.getenv("PAREWIRE_ENDED");
    if (file != null) {
      try {
        Files.writeString(Path.of(file), status + "\n");
      } catch (IOException e) {
        // They take it for Java's end, and say what may be the reason.
      }
    }
  }

  /** The terminal's encoding, which JDKs before 18 know by another name. */
  private static Charset encoding(String property) {
    String encoding = System.getProperty(property, System.getProperty("sun." + property, "UTF-8"));
    return Charset.isSupported(encoding) ? Charset.forName(encoding) : StandardCharsets.UTF_8;
  }

  /**
   * Runs a command line.
   *
   * @param out where results go
   * @param err where everything else goes
   * @return the exit status
   */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command =
        new CommandLine(new RewireCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler(Main::usage)
            .setExecutionExceptionHandler(Main::failure);
    try {
      requireReadable(arguments);
      int status = command.execute(arguments);
      if (status == ExitCode.DONE.status()) {
        StandardOutput.require(out);
      }
      return status;
    } catch (FileSystemException | UsageException | Error e) {
      // picocli hands on exceptions alone; the JVM would exit with 1, as if verification failed.
      return failure(e, err, List.of(arguments).contains("-v"));
    }
  }

  private static void requireReadable(String[] arguments) {
    for (String argument : arguments) {
      if (FileNames.isLost(argument)) {
        throw FileNames.refusal("'" + argument + "'");
      }
    }
  }

  private static int usage(CommandLine.ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("onnx-parewire: " + Failure.oneLine(reason(e) + didYouMean(e)) + "; see --help");
    return ExitCode.USAGE.status();
  }

  /** Of what is no number picocli says so in terms of Java. */
  private static String reason(CommandLine.ParameterException e) {
    return e.getCause() instanceof NumberFormatException
            && e.getArgSpec() instanceof CommandLine.Model.OptionSpec option
        ? "Invalid value for option '"
            + option.longestName()
            + "': expected a number, found '"
            + e.getValue()
            + "'"
        : e.getMessage();
  }

  private static String didYouMean(CommandLine.ParameterException e) {
    List<String> suggestions =
        e instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return suggestions.isEmpty() ? "" : "; did you mean " + String.join(", ", suggestions) + "?";
  }

  private static int failure(Exception e, CommandLine command, CommandLine.ParseResult arguments) {
    return failure(e, command.getErr(), Verbosity.isVerbose(arguments));
  }

  private static int failure(Throwable thrown, PrintWriter err, boolean isVerbose) {
    Failure failure = Failure.of(thrown);
    failure.print(err, isVerbose);
    return failure.code().status();
  }
}
