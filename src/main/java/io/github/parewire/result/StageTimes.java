package io.github.parewire.result;

import java.time.Duration;
import java.util.Map;

/**
 * How long each stage of a run took, by the clock.
 *
 * @param durations by stage; a stage that did not take place has none
 */
public record StageTimes(Map<Stage, Duration> durations) {

  /** The stages. */
  public enum Stage {
    /** Reading the model and finding its layers. */
    FIND,
    /** Rewiring the layers and writing the new files. */
    REWIRE,
    /** Proving the new files. */
    VERIFY,
    /** Bringing them to the disk, before they get their names. */
    PUBLISH,
    /** Writing the tensors to a file of their own, if asked for. */
    EXPORT,
    /** Hashing files and sorted weights, if asked for. */
    HASH
  }

  /** Copies its argument. */
  public StageTimes {
    durations = Map.copyOf(durations);
  }

  /**
   * How long a stage took.
   *
   * @param stage the stage
   * @return its time; zero if there was none
   */
  public Duration of(Stage stage) {
    return durations.getOrDefault(stage, Duration.ZERO);
  }

  /** {@return how long all stages took} */
  public Duration total() {
    return durations.values().stream().reduce(Duration.ZERO, Duration::plus);
  }
}
