package io.github.parewire.rewire;

import java.util.concurrent.ForkJoinTask;

/**
 * One piece of work at a time that is done ahead of its need: by an idle thread of the {@link
 * java.util.concurrent.ForkJoinPool} that the caller runs in, or by the caller when the need comes.
 * So it takes no thread from other work, and the result is the same with any number of threads.
 */
final class Ahead implements AutoCloseable {

  private ForkJoinTask<?> task;

  /** Whether anyone could do the work of this thread ahead. */
  static boolean isPossible() {
    return ForkJoinTask.inForkJoinPool() && ForkJoinTask.getPool().getParallelism() > 1;
  }

  /** Offers work; what was begun before must have been awaited. */
  void begin(Runnable work) {
    task = ForkJoinTask.adapt(work);
    if (isPossible()) {
      task.fork();
    }
  }

  /** Returns when the work is done, at once if none was begun. */
  void await() {
    ForkJoinTask<?> begun = task;
    task = null;
    if (begun == null) {
      return;
    }
    if (isPossible()) {
      begun.join();
    } else {
      begun.invoke();
    }
  }

  /** Sees to it that the work runs no longer. */
  @Override
  public void close() {
    if (task != null && isPossible() && !task.tryUnfork()) {
      task.quietlyJoin();
    }
    task = null;
  }
}
