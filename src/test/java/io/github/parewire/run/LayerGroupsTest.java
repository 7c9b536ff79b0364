package io.github.parewire.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.lockstep.Nd4jKernel;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.Gpu;
import io.github.parewire.result.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a model's layers are divided among a GPU's memory. */
final class LayerGroupsTest {

  private OnnxFile file;
  private List<Layer> layers;

  @BeforeEach
  void findLayers() throws IOException {
    file = OnnxFile.open(Path.of("testmodels", "torchscript_cnn.onnx"));
    layers = LayerFinder.find(file, GroupMode.JOINT).layers();
  }

  @AfterEach
  void closeFile() throws IOException {
    file.close();
  }

  @Test
  void groupsKeepOrderAndBudget() {
    for (long budget : new long[] {0, 1000, 3000, 9000, 12_000, 1 << 20}) {
      List<List<Layer>> groups = LayerGroups.within(layers, budget);
      assertEquals(layers, groups.stream().flatMap(List::stream).toList());
      for (List<Layer> group : groups) {
        long bytes = group.stream().mapToLong(LayerGroups::bytes).sum();
        assertTrue(group.size() == 1 || bytes <= budget, () -> bytes + " of " + budget);
      }
    }
    assertEquals(LayerGroups.single(layers), LayerGroups.within(layers, 0));
    assertEquals(List.of(layers), LayerGroups.within(layers, 1 << 20));
  }

  @Test
  void aLayerTakesFourBytesAWeight() {
    assertEquals(4 * 4904, layers.stream().mapToLong(LayerGroups::bytes).sum());
  }

  @Test
  void aGroupTakesAThirdOfTheMemoryThatTheKernelLeaves() {
    assertEquals(1 << 30, DeviceMemory.bytesForLayers(Optional.empty(), layers));
    long free = Nd4jKernel.DEFAULT_BUDGET + 30_000;
    assertEquals(10_000, DeviceMemory.bytesForLayers(Optional.of(gpu(free)), layers));
  }

  @Test
  void refusesALayerThatTheGpuCannotHold() {
    Optional<Gpu> small = Optional.of(gpu(Nd4jKernel.DEFAULT_BUDGET + 3000));
    UnsupportedDeviceException refused =
        assertThrows(
            UnsupportedDeviceException.class, () -> DeviceMemory.bytesForLayers(small, layers));
    String message = refused.getMessage();
    assertTrue(
        message.startsWith("device cuda: tensor 'stem.weight' needs about 512 MiB"), message);
    assertTrue(message.endsWith("leave it out with exclude, or use device cpu"), message);
    assertEquals(
        List.of(List.of(RunOption.EXCLUDE), List.of(RunOption.DEVICE)),
        refused.remedies().stream().map(Message::options).toList());
  }

  private static Gpu gpu(long free) {
    return new Gpu(0, "GPU-0", "Card", Version.parse("535.54.03"), Version.parse("8.6"), free);
  }
}
