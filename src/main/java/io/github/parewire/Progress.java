package io.github.parewire;

/** Is told how far a run has come; by many threads at a time. */
public interface Progress {

  /** Nobody wants to know. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(long weights) {}

        @Override
        public void advance(long passed) {}

        @Override
        public void verify() {}

        @Override
        public void end() {}
      };

  /**
   * Rewiring begins.
   *
   * @param weights how many there are; each is passed twice
   */
  void begin(long weights);

  /**
   * Some more weights have been passed, in the first pass over a layer or in the second. Where
   * there is one pass alone, it counts twice.
   *
   * @param passed how many
   */
  void advance(long passed);

  /** All weights are rewired; the output is being verified. */
  void verify();

  /** The run has ended, in whichever way; {@link #begin} may never have come. */
  void end();
}
