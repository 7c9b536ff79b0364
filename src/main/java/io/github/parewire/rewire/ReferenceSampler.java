package io.github.parewire.rewire;

import io.github.parewire.numpy.Choice;
import io.github.parewire.numpy.UniformSource;

/** Draws as the authors' code does: by numpy's choice without replacement, bit for bit. */
final class ReferenceSampler implements Sampler {

  private final double offset;
  private final Choice choice;

  /**
   * Makes a sampler for rows of one length.
   *
   * @param columns number of inputs
   * @param offset what is added to strengths that are 0 or more
   */
  ReferenceSampler(int columns, double offset) {
    this.offset = offset;
    choice = new Choice(columns);
  }

  @Override
  public void draw(double[] strength, UniformSource random, int[] order) {
    Attachment.probabilities(strength, offset, choice.probability());
    choice.draw(random, order);
  }
}
