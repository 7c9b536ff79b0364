package io.github.parewire.options;

import io.github.parewire.message.UsageException;

/**
 * What computes, and where. None of it changes a byte of the output.
 *
 * @param kernel what rewires
 * @param device where it rewires
 * @param threads the number of layers at work at a time, 1 or more
 */
public record ExecutionOptions(KernelKind kernel, Device device, int threads) {

  /**
   * Checks the number of threads.
   *
   * @throws UsageException if there is no thread
   */
  public ExecutionOptions {
    if (threads < 1) {
      throw new UsageException("expected 1 thread or more, found " + threads);
    }
  }

  /**
   * The Java kernel on the processor, with a thread for each of its cores.
   *
   * @return the options of a command line without options
   */
  public static ExecutionOptions defaults() {
    return threads(Runtime.getRuntime().availableProcessors());
  }

  /**
   * The Java kernel on the processor.
   *
   * @param threads 1 or more
   * @return options with so many threads
   */
  public static ExecutionOptions threads(int threads) {
    return new ExecutionOptions(KernelKind.JAVA, Device.CPU, threads);
  }
}
