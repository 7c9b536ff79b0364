package io.github.parewire.result;

import java.io.IOException;

/**
 * Is shown what a run did when it is proven and on the disk, and no new file has its name yet: the
 * place to write what must not be missing beside the new model.
 */
@FunctionalInterface
public interface BeforePublishing {

  /** Does nothing. */
  BeforePublishing NOTHING = report -> {};

  /**
   * Does it. Whatever it throws ends the run, and the new files do not appear.
   *
   * @param report what the run did
   * @throws IOException if a file can't be written
   */
  void see(Report report) throws IOException;
}
