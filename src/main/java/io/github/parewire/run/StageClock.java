package io.github.parewire.run;

import io.github.parewire.result.StageTimes;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Takes the times of stages that follow each other. */
final class StageClock {

  private final Map<StageTimes.Stage, Duration> times = new EnumMap<>(StageTimes.Stage.class);
  private long since = System.nanoTime();

  /** Ends a stage, which began where the last one ended. */
  void end(StageTimes.Stage stage) {
    long now = System.nanoTime();
    times.merge(stage, Duration.ofNanos(now - since), Duration::plus);
    since = now;
  }

  /** The times of the stages that have ended. */
  StageTimes times() {
    return new StageTimes(times);
  }
}
