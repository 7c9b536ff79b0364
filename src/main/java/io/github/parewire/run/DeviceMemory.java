package io.github.parewire.run;

import io.github.parewire.layers.Layer;
import io.github.parewire.lockstep.Nd4jKernel;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.opencl.RunningDevice;
import io.github.parewire.options.Device;
import io.github.parewire.result.Gpu;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How many layers may be in memory together, where a device rewires many of them at a time. */
final class DeviceMemory {

  /** How often ND4J may have a layer's weights in the GPU's memory: to permute or cast copies. */
  private static final int COPIES = 3;

  /** In the host's memory, for ND4J on the processor. */
  private static final long ND4J_BYTES = 1L << 30;

  /** In the host's memory, for an OpenCL device: enough to keep a large one busy. */
  private static final long OPENCL_BYTES = 4L << 30;

  private static final long MEBIBYTE = 1L << 20;

  private DeviceMemory() {}

  /**
   * How many bytes layers may take together, for ND4J.
   *
   * @param gpu what it runs on; empty for the processor
   * @throws UnsupportedDeviceException if the GPU can't hold the largest of them
   */
  static long bytesForLayers(Optional<Gpu> gpu, List<Layer> layers) {
    if (gpu.isEmpty()) {
      return ND4J_BYTES;
    }
    long bytes = (gpu.get().freeBytes() - Nd4jKernel.DEFAULT_BUDGET) / COPIES;
    for (Layer layer : layers) {
      if (LayerGroups.bytes(layer) > bytes) {
        throw tooLarge(
            Device.CUDA,
            layer,
            LayerGroups.bytes(layer) * COPIES + Nd4jKernel.DEFAULT_BUDGET,
            gpu.get().freeBytes());
      }
    }
    return bytes;
  }

  /**
   * How many bytes layers may take together, for an OpenCL device, which gets what it holds of them
   * at a time.
   *
   * @throws UnsupportedDeviceException if it can't hold one matrix of them
   */
  static long bytesForLayers(RunningDevice device, Device asked, List<Layer> layers) {
    for (Layer layer : layers) {
      long outputs = layer.matrix().outputs();
      long inputs = layer.matrix().inputs();
      boolean isDouble = layer.tensor().type().bytes() == Double.BYTES;
      if (!device.holds(outputs, inputs, isDouble)) {
        throw tooLarge(
            asked, layer, device.neededBytes(outputs, inputs, isDouble), device.usableBytes());
      }
    }
    return Math.min(OPENCL_BYTES, device.usableBytes());
  }

  private static UnsupportedDeviceException tooLarge(
      Device device, Layer layer, long needed, long free) {
    return UnsupportedDeviceException.of(
        device.toString(),
        String.format(
            Locale.ROOT,
            "tensor '%s' needs about %,d MiB of the device's memory, of which %,d MiB can be used",
            layer.tensor().name(),
            Math.max(1, needed / MEBIBYTE),
            free / MEBIBYTE),
        List.of(Message.of("leave it out with ", Message.option(RunOption.EXCLUDE))));
  }
}
