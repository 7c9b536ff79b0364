package io.github.parewire.rewire;

import io.github.parewire.numpy.UniformSource;
import io.github.parewire.options.Selection;
import java.util.function.LongConsumer;

/** One pass of the algorithm over the lines of a matrix, its rows or its columns. */
final class Pass {

  private final double[] strength;
  private final int[] order;
  private final Sampler sampler;

  /**
   * Makes a pass.
   *
   * @param length number of weights in a line
   * @param selection what decides orders
   */
  Pass(int length, Selection.ByStrength selection) {
    strength = new double[length];
    order = new int[length];
    sampler = Sampler.of(selection, length);
  }

  /**
   * Rewires all lines.
   *
   * @param passed gets the number of weights after each block of lines
   * @throws ArithmeticException if the strengths are too large for attachment probabilities
   */
  void run(BlockPipeline lines, UniformSource random, LongConsumer passed) {
    for (Block<?> block = lines.next(); block != null; block = lines.next()) {
      for (int line = 0; line < block.count(); line++) {
        // Line 0 stays: there are no strengths yet to attach to.
        if (block.first() + line > 0) {
          sampler.draw(strength, random, order);
          block.place(line, order);
        }
        block.addTo(strength, line);
      }
      passed.accept((long) block.count() * strength.length);
    }
  }
}
