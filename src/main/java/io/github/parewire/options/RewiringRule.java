package io.github.parewire.options;

/**
 * The rule that a matrix is rewired by: the authors' algorithm (arXiv 2207.08148), and what may be
 * changed in it.
 *
 * @param passes which neurons are rewired
 * @param selection how strengths decide an order
 */
public record RewiringRule(Passes passes, Selection selection) {

  /** The authors' algorithm, to the bit. */
  public static final RewiringRule AUTHORS = authors(SamplerKind.REFERENCE);

  /** {@return how often each weight of a matrix is placed} */
  public int rounds() {
    return selection instanceof Selection.BestOf best ? best.draws() : passes.count();
  }

  /**
   * The authors' algorithm, drawing in a way to choose.
   *
   * @param sampler how orders are drawn
   * @return their rule
   */
  public static RewiringRule authors(SamplerKind sampler) {
    return new RewiringRule(Passes.BOTH, Selection.Draw.authors(sampler));
  }
}
