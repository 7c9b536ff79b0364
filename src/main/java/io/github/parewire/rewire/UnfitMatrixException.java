package io.github.parewire.rewire;

/** A matrix among several whose strengths are too large for attachment probabilities. */
public final class UnfitMatrixException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final int number;

  /**
   * Makes the exception.
   *
   * @param number the matrix's place in the list, 0-based
   * @param cause what is wrong with it
   */
  public UnfitMatrixException(int number, ArithmeticException cause) {
    super(cause.getMessage());
    initCause(cause);
    this.number = number;
  }

  /** The matrix's place in the list, 0-based. */
  public int number() {
    return number;
  }
}
