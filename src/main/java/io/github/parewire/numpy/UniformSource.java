package io.github.parewire.numpy;

/** A stream of uniform numbers. */
public interface UniformSource {

  /**
   * Fills {@code fractions[0 .. count - 1]} with the next uniforms of [0, 1) times 2<sup>53</sup>:
   * whole numbers, which are faster to look up than doubles.
   */
  void fill(long[] fractions, int count);
}
