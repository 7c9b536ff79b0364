package io.github.parewire.options;

/** What rewires. */
public enum KernelKind {
  /** In Java, on the processor; follows any rule. */
  JAVA(SamplerKind.REFERENCE),
  /** On an OpenCL device; draws with the reference sampler. */
  OPENCL(SamplerKind.REFERENCE),
  /** In ND4J operations, on the processor or a GPU; draws with the exponential sampler. */
  ND4J(SamplerKind.EXPONENTIAL);

  private final SamplerKind sampler;

  KernelKind(SamplerKind sampler) {
    this.sampler = sampler;
  }

  /** {@return the sampler to draw with unless another is asked for} */
  public SamplerKind defaultSampler() {
    return sampler;
  }

  /**
   * Whether the kernel draws with a sampler.
   *
   * @param other the sampler
   */
  boolean draws(SamplerKind other) {
    return this == JAVA || other == sampler;
  }
}
