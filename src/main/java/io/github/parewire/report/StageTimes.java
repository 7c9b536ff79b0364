package io.github.parewire.report;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** How long each stage of a run took, by the clock. */
public final class StageTimes {

  /** The stages. */
  public enum Stage {
    /** Reading the model and finding its layers. */
    FIND,
    /** Rewiring the layers and writing the new files. */
    REWIRE,
    /** Proving the new files. */
    VERIFY,
    /** Bringing them to the disk under their names. */
    PUBLISH,
    /** Writing the tensors to a file of their own, if asked for. */
    EXPORT,
    /** Hashing files and sorted weights, if asked for. */
    HASH
  }

  private final Map<Stage, Duration> times = new EnumMap<>(Stage.class);
  private long since = System.nanoTime();

  /** Ends a stage, which began where the last one ended. */
  public void end(Stage stage) {
    long now = System.nanoTime();
    times.merge(stage, Duration.ofNanos(now - since), Duration::plus);
    since = now;
  }

  /** How long a stage took; zero if there was none. */
  public Duration of(Stage stage) {
    return times.getOrDefault(stage, Duration.ZERO);
  }

  /** How long all stages took. */
  public Duration total() {
    return times.values().stream().reduce(Duration.ZERO, Duration::plus);
  }
}
