package io.github.parewire.result;

/**
 * The fan-in and fan-out of a layer as initializers count them (torch.nn.init, keras.initializers):
 * of a convolution's parameter [d0, d1, kernel...] they are d1 and d0 times the kernel's elements.
 * For a ConvTranspose, whose parameter begins with its input channels, the fan-in is hence not the
 * number of inputs of an output neuron; nor does a grouped convolution's fan-out count its groups.
 *
 * @param in the fan-in
 * @param out the fan-out
 * @param groups the number of groups of a convolution, or 1
 */
public record Fans(long in, long out, long groups) {

  /**
   * As Keras counts a depthwise kernel, [kernel..., channels, multiplier] there: every channel as
   * an input, and only the multiplier as outputs.
   *
   * @return these fans, counted so
   */
  public Fans depthwise() {
    return new Fans(in * groups, out / groups, groups);
  }
}
