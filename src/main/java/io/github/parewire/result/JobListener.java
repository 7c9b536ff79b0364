package io.github.parewire.result;

import io.github.parewire.options.RewireJob;
import java.io.IOException;

/** Hears how each of many models ends. */
public interface JobListener {

  /**
   * Is shown what was done with a model when it is proven and on the disk, and no new file has its
   * name yet; of a dry run, when it is done. Whatever it throws ends this job, and its new files do
   * not appear.
   *
   * @param job the job
   * @param report what was done
   * @throws IOException if something can't be written
   */
  void before(RewireJob job, Report report) throws IOException;

  /**
   * Hears that a new model has its name.
   *
   * @param job the job
   * @param report what was done
   */
  void done(RewireJob job, Report report);

  /**
   * Hears that a job has failed; nothing of it has appeared, and the next begins.
   *
   * @param job the job
   * @param failure what {@code Rewirer.rewire} would have thrown
   */
  void failed(RewireJob job, Throwable failure);
}
