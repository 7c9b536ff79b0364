package io.github.parewire.device;

/** A device that can't be used; the message is one line for the user. */
public final class UnsupportedDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param found what is wrong
   * @param mend what else to do than {@code --device cpu}; may be empty
   */
  public UnsupportedDeviceException(String found, String mend) {
    super(
        "--device cuda: "
            + found
            + "; "
            + (mend.isEmpty() ? "" : mend + ", or ")
            + "use --device cpu");
  }
}
