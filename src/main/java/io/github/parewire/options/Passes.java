package io.github.parewire.options;

/**
 * Which of the algorithm's two passes to take. Each is named after the neurons that it rewires,
 * whose strengths it makes alike; it leaves the strengths of the others as they are. Of random
 * orders, the best one is that by the strengths of these neurons.
 */
public enum Passes {
  /** The one over the rows, then the one over the columns: the authors' algorithm. */
  BOTH,
  /** Over the rows alone: each output neuron's weights go to other inputs. */
  INPUT,
  /** Over the columns alone: each input's weights go to other output neurons. */
  OUTPUT;

  /** {@return how many these are} */
  public int count() {
    return this == BOTH ? 2 : 1;
  }

  /** {@return whether the input neurons are rewired} */
  public boolean rewireInputs() {
    return this != OUTPUT;
  }

  /** {@return whether the output neurons are rewired} */
  public boolean rewireOutputs() {
    return this != INPUT;
  }
}
