package io.github.parewire.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.testing.OpenCl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Java's handlers of signals outlive a driver with handlers of its own, as POCL's LLVM has. */
final class SignalHandlersTest {

  /** Starts a device in a process that has loaded no driver yet, and prints what changed. */
  static final class Start {
    public static void main(String[] arguments) {
      SignalHandlers before = SignalHandlers.now();
      try (RunningDevice running = RunningDevice.start(OpenCl.device())) {
        System.out.println(running.description().number() + " " + before.changed());
      }
    }
  }

  @Test
  void aDriversHandlersDoNotStayInThePlaceOfJavas() throws Exception {
    int device = OpenCl.device().number();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Start.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    assertEquals(device + " []", printed.strip());
  }
}
