package io.github.parewire.verify;

/** That a model can't be given random inputs; the message says why. */
final class UnfitInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnfitInputException(String message) {
    super(message);
  }
}
