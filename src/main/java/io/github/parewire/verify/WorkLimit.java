package io.github.parewire.verify;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
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
  private static final long NANOS = 1_000_000_000L;

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final long workBefore = system.getProcessCpuTime();
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
    return system.getProcessCpuTime() - workBefore > work.toNanos()
        || System.nanoTime() - clockBefore > CLOCK.toNanos();
  }

  /** Whether it was ended. */
  boolean isReached() {
    return isReached;
  }

  /** When, for people. */
  String text() {
    return "after " + (system.getProcessCpuTime() - workBefore) / NANOS + " s of processor time";
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
