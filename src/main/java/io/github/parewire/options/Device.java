package io.github.parewire.options;

/** Where ND4J's operations and the trial run of the output take place. */
public enum Device {
  /** The processor. */
  CPU(KernelKind.JAVA),
  /** An NVIDIA GPU. */
  CUDA(KernelKind.ND4J);

  private final KernelKind kernel;

  Device(KernelKind kernel) {
    this.kernel = kernel;
  }

  /** {@return what rewires there unless another kernel is asked for} */
  public KernelKind defaultKernel() {
    return kernel;
  }
}
