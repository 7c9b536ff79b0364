package io.github.parewire.rewire;

import java.util.function.LongConsumer;

/** The kernels. */
public enum KernelKind {
  /** In Java, on the processor; draws with either sampler. */
  JAVA(SamplerKind.REFERENCE) {
    @Override
    public RewireKernel create(SamplerKind sampler, LongConsumer passed) {
      return new JavaKernel(sampler, passed);
    }
  },
  /** In ND4J operations, on the processor or a GPU; draws with the exponential sampler. */
  ND4J(SamplerKind.EXPONENTIAL) {
    @Override
    public RewireKernel create(SamplerKind sampler, LongConsumer passed) {
      if (!draws(sampler)) {
        throw new IllegalArgumentException(this + " does not draw with " + sampler);
      }
      return new Nd4jKernel(Nd4jKernel.DEFAULT_BUDGET, passed);
    }
  };

  private final SamplerKind sampler;

  KernelKind(SamplerKind sampler) {
    this.sampler = sampler;
  }

  /** The sampler to draw with unless another is asked for. */
  public SamplerKind defaultSampler() {
    return sampler;
  }

  /** Whether the kernel draws with a sampler. */
  public boolean draws(SamplerKind other) {
    return this == JAVA || other == sampler;
  }

  /**
   * Makes a kernel.
   *
   * @param sampler how orders are drawn, one that it {@link #draws} with
   * @param passed gets the number of weights that were passed, every now and then; in the end,
   *     twice those of all matrices
   */
  public abstract RewireKernel create(SamplerKind sampler, LongConsumer passed);
}
