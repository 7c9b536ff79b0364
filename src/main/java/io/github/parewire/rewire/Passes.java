package io.github.parewire.rewire;

/**
 * Which of the algorithm's two passes to take. Each is named after the neurons that it rewires,
 * whose strengths it makes alike; it leaves the strengths of the others as they are.
 */
public enum Passes {
  /** The one over the rows, then the one over the columns: the authors' algorithm. */
  BOTH,
  /** Over the rows alone: each output neuron's weights go to other inputs. */
  INPUT,
  /** Over the columns alone: each input's weights go to other output neurons. */
  OUTPUT;

  /** Most passes that there are. */
  public static final int MOST = 2;

  /** How many these are. */
  public int count() {
    return this == BOTH ? MOST : 1;
  }

  /** Whether the input neurons are rewired. */
  public boolean rewireInputs() {
    return this != OUTPUT;
  }

  /** Whether the output neurons are rewired. */
  public boolean rewireOutputs() {
    return this != INPUT;
  }
}
