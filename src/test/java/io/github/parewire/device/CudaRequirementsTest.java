package io.github.parewire.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.result.Gpu;
import io.github.parewire.result.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which GPUs are taken, of machines that are made up. */
final class CudaRequirementsTest {

  private static final String DRIVER = "535.54.03";

  @ParameterizedTest
  @ValueSource(strings = {"6.0", "6.1", "7.0", "7.2", "7.5", "8.0", "8.6", "8.7", "8.9"})
  void takesFromPascalToAda(String capability) {
    Gpu gpu = gpu(0, capability, DRIVER);
    assertEquals(gpu, require(Map.of(), gpu));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5", "3.7", "5.0", "5.2", "9.0", "10.0", "12.0"})
  void refusesOtherGenerations(String capability) {
    String message = refusal(Map.of(), gpu(0, capability, DRIVER));
    assertTrue(message.contains("compute capability " + capability), message);
    assertTrue(message.contains("supported are compute capabilities 6.0 to 8.9"), message);
    assertTrue(message.endsWith("use device cpu"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"470.82.01", "520.61.05", "525.60", "525.60.12"})
  void refusesOldDrivers(String driver) {
    String message = refusal(Map.of(), gpu(0, "8.6", driver));
    assertTrue(message.contains("driver " + driver + " is too old"), message);
    assertTrue(message.contains("525.60.13"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"525.60.13", "525.61", "535.54.03", "1000.1"})
  void takesNewerDrivers(String driver) {
    assertEquals(driver, require(Map.of(), gpu(0, "8.6", driver)).driver().toString());
  }

  @Test
  void refusesAMachineWithoutAGpu() {
    String message = refusal(Map.of());
    assertTrue(message.startsWith("device cuda: no NVIDIA GPU"), message);
  }

  /** CUDA might choose any. */
  @Test
  void refusesAMachineOnWhichOneOfSeveralIsUnsupported() {
    String message = refusal(Map.of(), gpu(0, "8.6", DRIVER), gpu(1, "9.0", DRIVER));
    assertTrue(message.contains("CUDA_VISIBLE_DEVICES"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "GPU-uuid-0, '', 0",
    "GPU-uuid-2, '', 2",
    "0, PCI_BUS_ID, 0",
    "'2,0', PCI_BUS_ID, 2",
    "'2,9,1', PCI_BUS_ID, 2"
  })
  void choosesAmongThoseThatAreVisible(String visible, String order, int chosen) {
    Gpu gpu =
        require(
            Map.of("CUDA_VISIBLE_DEVICES", visible, "CUDA_DEVICE_ORDER", order),
            gpu(0, "8.6", DRIVER),
            gpu(1, "9.0", DRIVER),
            gpu(2, "8.0", DRIVER));
    assertEquals(chosen, gpu.index());
  }

  /** Without an order that is known, a number may mean any of them. */
  @Test
  void aNumberAloneDoesNotHideAnUnsupportedOne() {
    Map<String, String> environment = Map.of("CUDA_VISIBLE_DEVICES", "0");
    refusal(environment, gpu(0, "8.6", DRIVER), gpu(1, "9.0", DRIVER));
    assertEquals(0, require(environment, gpu(0, "8.6", DRIVER)).index());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "7", "none"})
  void refusesWhereAllAreHidden(String visible) {
    String message = refusal(Map.of("CUDA_VISIBLE_DEVICES", visible), gpu(0, "8.6", DRIVER));
    assertTrue(message.contains("CUDA_VISIBLE_DEVICES=" + visible + " hides every GPU"), message);
  }

  private static Gpu require(Map<String, String> environment, Gpu... gpus) {
    return CudaRequirements.require(() -> List.of(gpus), environment);
  }

  private static String refusal(Map<String, String> environment, Gpu... gpus) {
    List<Gpu> found = new ArrayList<>(List.of(gpus));
    return assertThrows(
            UnsupportedDeviceException.class,
            () -> CudaRequirements.require(() -> found, environment))
        .getMessage();
  }

  private static Gpu gpu(int index, String capability, String driver) {
    return new Gpu(
        index,
        "GPU-uuid-" + index,
        "Card " + index,
        Version.parse(driver),
        Version.parse(capability),
        1L << 34);
  }
}
