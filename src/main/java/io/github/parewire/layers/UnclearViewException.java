package io.github.parewire.layers;

/** That a tensor can't be seen as a matrix; the message says why. */
final class UnclearViewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnclearViewException(String message) {
    super(message);
  }
}
