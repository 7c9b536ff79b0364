package io.github.parewire.opencl;

/** A call of OpenCL that failed. */
final class ClException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int ALLOCATION_FAILURE = -4;
  private static final int OUT_OF_RESOURCES = -5;
  private static final int OUT_OF_HOST_MEMORY = -6;
  private static final int INVALID_BUFFER_SIZE = -61;

  private final int code;

  ClException(String call, int code) {
    super(call + " failed with error " + code);
    this.code = code;
  }

  /** Passes on a call's outcome, or throws what it says. */
  static void check(String call, int code) {
    if (code != 0) {
      throw new ClException(call, code);
    }
  }

  /**
   * Whether less work at a time may do. Drivers also say so of a device that is lost, on which the
   * next try fails otherwise.
   */
  boolean isOutOfMemory() {
    return code == ALLOCATION_FAILURE
        || code == OUT_OF_RESOURCES
        || code == OUT_OF_HOST_MEMORY
        || code == INVALID_BUFFER_SIZE;
  }
}
