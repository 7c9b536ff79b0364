package io.github.parewire.options;

/** Is told how far a run has come; by many threads at a time. */
public interface Progress {

  /** Ignores all it is told. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(long weights, int passes) {}

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
   * @param weights how many there are
   * @param passes how often each is passed
   */
  void begin(long weights, int passes);

  /**
   * Some more weights have been passed.
   *
   * @param passed how many; in the end, all weights in each pass
   */
  void advance(long passed);

  /** All weights are rewired; the output is being verified. */
  void verify();

  /**
   * The work has ended, in whichever way; {@link #begin} may never have come, and this may come
   * twice.
   */
  void end();
}
