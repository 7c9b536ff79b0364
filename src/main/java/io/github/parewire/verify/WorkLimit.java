package io.github.parewire.verify;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Ends what does too much work: a model can hold a loop that its random input never ends. Work is
 * processor time, so that a loaded machine ends nothing sooner; where none is spent, the clock
 * decides late.
 */
final class WorkLimit implements AutoCloseable {

  /** What a trial run may take. */
  static final Duration WORK = Duration.ofSeconds(60);

  private static final Duration CLOCK = Duration.ofMinutes(30);
  private static final long STEP_MILLIS = 500;

  private final Duration workBefore = processorTime();
  private final long clockBefore = System.nanoTime();
  private final Timer timer = new Timer("limit of a trial run", true);
  private final Duration work;
  private volatile boolean isReached;

  /**
   * Begins to watch.
   *
   * @param work processor time of the process from which on to end it
   */
  WorkLimit(Duration work, Runnable end) {
    this.work = work;
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            if (!isReached && isTooMuch()) {
              isReached = true;
              end.run();
            }
          }
        },
        STEP_MILLIS,
        STEP_MILLIS);
  }

  private boolean isTooMuch() {
    return spent().compareTo(work) > 0 || System.nanoTime() - clockBefore > CLOCK.toNanos();
  }

  private Duration spent() {
    return processorTime().minus(workBefore);
  }

  /** Of the process; always 0 where the system does not tell. */
  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Whether it was ended. */
  boolean isReached() {
    return isReached;
  }

  /** When, for people. */
  String text() {
    return "after " + spent().toSeconds() + " s of processor time";
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
