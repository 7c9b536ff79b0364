package io.github.parewire.rewire;

import java.util.function.LongConsumer;

/** The kernels. */
public enum KernelKind {
  /** In Java, on the processor; follows any rule. */
  JAVA(SamplerKind.REFERENCE) {
    @Override
    public RewireKernel create(RewiringRule rule, LongConsumer passed) {
      return new JavaKernel(rule, passed);
    }
  },
  /** In ND4J operations, on the processor or a GPU; draws with the exponential sampler. */
  ND4J(SamplerKind.EXPONENTIAL) {
    @Override
    public RewireKernel create(RewiringRule rule, LongConsumer passed) {
      return new Nd4jKernel(rule, Nd4jKernel.DEFAULT_BUDGET, passed);
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

  /** Whether the kernel has a selection. */
  public boolean selects(SelectionKind selection) {
    return this == JAVA || selection == SelectionKind.DRAW;
  }

  /**
   * Makes a kernel.
   *
   * @param rule what to rewire by: a selection that it {@link #selects} by, and to draw, a sampler
   *     that it {@link #draws} with
   * @param passed gets the number of weights that were passed, every now and then; in the end,
   *     those of all matrices for each pass
   */
  public abstract RewireKernel create(RewiringRule rule, LongConsumer passed);
}
