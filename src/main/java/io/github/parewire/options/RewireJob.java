package io.github.parewire.options;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One of many models to rewire.
 *
 * @param in the model; never written to
 * @param out where the new model goes; empty for a dry run
 * @param files how its files are read and written; empty for as all others' are
 */
public record RewireJob(Path in, Optional<Path> out, Optional<FileOptions> files) {

  /**
   * A model and where the new one goes.
   *
   * @param in the model; never written to
   * @param out where the new model goes, in place of an older file
   * @return a job like all others
   */
  public static RewireJob of(Path in, Path out) {
    return new RewireJob(in, Optional.of(out), Optional.empty());
  }

  /**
   * What to do of it.
   *
   * @param all the options of all jobs
   * @return those of this one
   */
  public RewireOptions options(RewireOptions all) {
    return files.map(all::withFiles).orElse(all);
  }
}
