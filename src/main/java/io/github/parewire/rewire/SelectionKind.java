package io.github.parewire.rewire;

/** How the neurons' strengths decide the order in which they receive a line's weights. */
public enum SelectionKind {
  /** By chance, the stronger the likelier to come first: the authors' algorithm. */
  DRAW,
  /**
   * The strongest first, without chance: {@code rewiring_torch_deterministic} in the first author's
   * code of RADAM ({@code weight_rewiring.py} in github.com/scabini/RADAM).
   */
  GREEDY
}
