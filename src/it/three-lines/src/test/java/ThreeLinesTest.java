import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.*;
import io.github.parewire.options.*;
import io.github.parewire.result.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows of Java, and that its result is verified by another call. */
class ThreeLinesTest {

  @TempDir private Path folder;

  @Test
  void rewires() throws Exception {
    Path in = Path.of(System.getProperty("model"));
    Path out = folder.resolve("rewired.onnx");

    RewireOptions options = RewireOptions.builder().seed(7).build();
    Report report = new Rewirer(options).rewire(in, out);
    System.out.println(report.rewired().size() + " layers, " + report.weights() + " weights");

    assertEquals(6, report.rewired().size());
    assertTrue(Files.mismatch(in, out) >= 0, "OUT is a copy of IN");
    new Verifier(options).verify(in, out);
  }
}
