package io.github.parewire.run;

import io.github.parewire.array.Nd4jBackend;
import io.github.parewire.device.CudaBuild;
import io.github.parewire.device.CudaRequirements;
import io.github.parewire.device.NvidiaSmi;
import io.github.parewire.layers.Layer;
import io.github.parewire.lockstep.Nd4jKernel;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.options.Device;
import io.github.parewire.result.Gpu;
import io.github.parewire.verify.FileProofs;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Sees to it that the device asked for is there and will do, before any work. */
final class DeviceStart {

  /** How often a layer's weights may be in the GPU's memory at once: to permute or cast copies. */
  private static final int COPIES = 3;

  private static final long MEBIBYTE = 1L << 20;

  private DeviceStart() {}

  /**
   * Starts the libraries on a GPU if that is the device.
   *
   * @param verifies whether ONNX Runtime is to run there, too
   * @return the GPU; empty for the processor
   * @throws UnsupportedDeviceException if this machine or this build can't do it
   */
  static Optional<Gpu> require(Device device, boolean verifies) {
    if (device == Device.CPU) {
      return Optional.empty();
    }
    // In this order: what it takes to know a step has been found out by those before it.
    Gpu gpu = CudaRequirements.require(new NvidiaSmi(), System.getenv());
    CudaBuild.require();
    if (verifies) {
      FileProofs.requireCuda();
    }
    Nd4jBackend.useGpu();
    return Optional.of(gpu);
  }

  /**
   * How many bytes layers may take together.
   *
   * @throws UnsupportedDeviceException if the GPU can't hold the largest of them
   */
  static long bytesForLayers(Optional<Gpu> gpu, List<Layer> layers, long otherwise) {
    if (gpu.isEmpty()) {
      return otherwise;
    }
    long bytes = (gpu.get().freeBytes() - Nd4jKernel.DEFAULT_BUDGET) / COPIES;
    for (Layer layer : layers) {
      if (LayerGroups.bytes(layer) > bytes) {
        throw new UnsupportedDeviceException(
            String.format(
                Locale.ROOT,
                "tensor '%s' needs about %,d MiB of the GPU's memory, of which %,d MiB are free",
                layer.tensor().name(),
                (LayerGroups.bytes(layer) * COPIES + Nd4jKernel.DEFAULT_BUDGET) / MEBIBYTE,
                gpu.get().freeBytes() / MEBIBYTE),
            Message.of("leave it out with ", Message.option(RunOption.EXCLUDE)));
      }
    }
    return bytes;
  }
}
