package io.github.parewire.parallel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinTask;

/**
 * Has an idle thread of the {@link java.util.concurrent.ForkJoinPool} that the user runs in do work
 * ahead ({@link WorkAhead}): first where the fewest items are ready. So no thread is taken from
 * other work, and where none is idle, nothing is made ahead.
 *
 * <p>Once it has come, a thread stays until nothing is left to make: to wake it up takes longer
 * than to make some items.
 */
public final class IdleThread implements AutoCloseable {

  private final List<WorkAhead<?>> parts = new CopyOnWriteArrayList<>();
  private ForkJoinTask<?> help;

  /** Adds what there is to make. */
  void add(WorkAhead<?> part) {
    parts.add(part);
  }

  /** Asks for help unless it has come; called by the user only. */
  void ask() {
    if (help != null && help.isCompletedAbnormally()) {
      help.join();
    }
    boolean isPossible =
        ForkJoinTask.inForkJoinPool() && ForkJoinTask.getPool().getParallelism() > 1;
    // Now and then the pool wakes nobody up: what has not begun is forked once more.
    if (isPossible && (help == null || help.isDone() || help.tryUnfork())) {
      help = ForkJoinTask.adapt(this::help).fork();
    }
  }

  private void help() {
    WorkAhead<?> part = neediest();
    while (part != null) {
      part.makeAhead();
      part = neediest();
    }
  }

  /** What has room for more and the least in supply; null if all is full. */
  private WorkAhead<?> neediest() {
    WorkAhead<?> neediest = null;
    for (WorkAhead<?> part : parts) {
      if (part.hasRoom() && (neediest == null || part.supply() < neediest.supply())) {
        neediest = part;
      }
    }
    return neediest;
  }

  /** Takes back what nobody has begun. */
  @Override
  public void close() {
    if (help != null) {
      help.tryUnfork();
    }
  }
}
