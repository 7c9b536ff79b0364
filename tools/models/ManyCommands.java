import io.github.parewire.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;

/**
 * Runs one command line of onnx-parewire after the other in one JVM, as starting one for each would
 * take most of the time: backend_models.py starts it, from this source, with the jar on the class
 * path.
 *
 * <p>A line of standard input is a command line, its arguments parted by tabs; the answer is a line
 * with the exit status, a tab, and what went to standard error.
 */
final class ManyCommands {

  private ManyCommands() {}

  public static void main(String[] none) throws IOException, ReflectiveOperationException {
    // What the public entry does but for the exit.
    Method run =
        Main.class.getDeclaredMethod(
            "run", PrintWriter.class, PrintWriter.class, String[].class);
    run.setAccessible(true);
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      StringWriter errors = new StringWriter();
      PrintWriter out = new PrintWriter(new StringWriter());
      Object status = run.invoke(null, out, new PrintWriter(errors, true), line.split("\t"));
      answers.println(status + "\t" + errors.toString().replaceAll("\\s*\\R\\s*", " ").strip());
    }
  }
}
