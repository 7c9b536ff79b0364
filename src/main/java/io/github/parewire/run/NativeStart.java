package io.github.parewire.run;

import io.github.parewire.array.NativesFolder;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/** Starts native libraries beside other work, and says why they can't be started. */
final class NativeStart {

  /** Work that needs them. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** The first failure, which has the reason; those that come later have not. */
  private final AtomicReference<Throwable> first = new AtomicReference<>();

  /** Starts a library on a thread of its own; whoever needs it fails as well. */
  void begin(String name, Runnable start) {
    Thread thread = new Thread(start, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((t, e) -> first.compareAndSet(null, e));
    thread.start();
  }

  /**
   * Does work.
   *
   * @throws IOException if the work throws it, or a library could not be started
   */
  <T> T with(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (LinkageError e) {
      if (!NativesFolder.isToBlame(e)) {
        throw e;
      }
      first.compareAndSet(null, e);
      throw NativesFolder.failure(first.get());
    }
  }
}
