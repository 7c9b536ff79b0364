package io.github.parewire.result;

/**
 * What the driver says of a GPU.
 *
 * @param index its number, in the order of the bus
 * @param uuid its name for {@code CUDA_VISIBLE_DEVICES}
 * @param name the product
 * @param driver version of the driver, such as 535.54.03
 * @param capability compute capability
 * @param freeBytes memory that nothing uses
 */
public record Gpu(
    int index, String uuid, String name, Version driver, Version capability, long freeBytes) {

  @Override
  public String toString() {
    return name + " (compute capability " + capability + ", driver " + driver + ")";
  }
}
