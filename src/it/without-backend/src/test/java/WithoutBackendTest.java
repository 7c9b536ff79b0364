import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.Inspector;
import io.github.parewire.Rewirer;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.RewireOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no backend works; what does says what to add, each time. */
class WithoutBackendTest {

  private static final RewireOptions OPTIONS = RewireOptions.builder().build();
  private static final Path MODEL = Path.of(System.getProperty("model"));

  @TempDir private Path folder;

  @Test
  void inspects() throws Exception {
    assertEquals(6, new Inspector(OPTIONS).inspect(MODEL).layers().size());
  }

  @Test
  void rewiresNothing() {
    Path out = folder.resolve("rewired.onnx");
    Rewirer rewirer = new Rewirer(OPTIONS);
    for (int i = 0; i < 2; i++) {
      UnsupportedDeviceException e =
          assertThrows(UnsupportedDeviceException.class, () -> rewirer.rewire(MODEL, out));
      assertTrue(e.getMessage().contains("org.nd4j:nd4j-native"), e::getMessage);
      assertFalse(Files.exists(out));
    }
  }
}
