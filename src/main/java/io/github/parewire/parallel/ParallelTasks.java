package io.github.parewire.parallel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks side by side, and fails as the first of them in order does. A thread that finds no
 * task left helps those that are still at one, where a task forks: so a layer that makes up most of
 * a model does not leave all threads but one idle.
 */
public final class ParallelTasks {

  private ParallelTasks() {}

  /**
   * Runs tasks, begun in the order of the list.
   *
   * @param threads how many at a time, 1 or more
   * @return the results in the order of the list
   * @throws IOException if a task throws it, as are unchecked exceptions; tasks not yet begun are
   *     dropped then
   */
  public static <T> List<T> run(int threads, List<? extends Callable<? extends T>> tasks)
      throws IOException {
    ForkJoinPool pool = pool(threads);
    try {
      List<Future<? extends T>> futures = new ArrayList<>();
      for (Callable<? extends T> task : tasks) {
        // Not submit, which would wrap checked exceptions.
        FutureTask<? extends T> future = new FutureTask<>(task);
        futures.add(future);
        pool.execute(future);
      }
      List<T> results = new ArrayList<>();
      for (Future<? extends T> future : futures) {
        results.add(get(future));
      }
      return results;
    } finally {
      stop(pool);
    }
  }

  /**
   * Runs the parts of a task of {@link #run}, where idle threads take some, or elsewhere one after
   * the other.
   *
   * @return the results in the order of the list
   * @throws IOException if a part throws it, as are unchecked exceptions; no part runs any longer
   *     then
   */
  public static <T> List<T> runParts(List<? extends Callable<? extends T>> parts)
      throws IOException {
    List<FutureTask<? extends T>> futures = new ArrayList<>();
    for (Callable<? extends T> part : parts) {
      futures.add(new FutureTask<>(part));
    }
    if (ForkJoinTask.inForkJoinPool()) {
      ForkJoinTask.invokeAll(futures.stream().map(ForkJoinTask::adapt).toList());
    } else {
      futures.forEach(FutureTask::run);
    }
    List<T> results = new ArrayList<>();
    for (FutureTask<? extends T> future : futures) {
      results.add(get(future));
    }
    return results;
  }

  /**
   * Runs the parts of a task of {@link #run}, none of which reads or writes a file, as {@link
   * #runParts} does.
   */
  public static void runAll(List<? extends Runnable> parts) {
    try {
      runParts(parts.stream().map(Executors::callable).toList());
    } catch (IOException e) {
      // Interrupted while it waited: they end all the same.
      throw new UncheckedIOException(e);
    }
  }

  /** A pool that starts no thread in the place of one that waits for another's help. */
  private static ForkJoinPool pool(int threads) {
    return new ForkJoinPool(
        threads,
        ForkJoinPool.defaultForkJoinWorkerThreadFactory,
        null,
        false,
        threads,
        threads,
        0,
        pool -> true,
        1,
        TimeUnit.MINUTES);
  }

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    }
  }

  /** Waits for tasks under way: they may use what the caller closes next. */
  private static void stop(ForkJoinPool pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (pool.awaitTermination(1, TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
