package io.github.parewire;

import io.github.parewire.message.ModelException;
import io.github.parewire.message.NoLayerException;
import io.github.parewire.message.UnsupportedDeviceException;
import io.github.parewire.message.UsageException;
import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireJob;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.BeforePublishing;
import io.github.parewire.result.JobListener;
import io.github.parewire.result.Report;
import io.github.parewire.result.VerificationException;
import io.github.parewire.run.JobsRun;
import io.github.parewire.run.RewireRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The whole job: opens a model, finds its layers, rewires them, writes the new file, verifies it,
 * publishes it, and reports.
 *
 * <pre>{@code
 * Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);
 * }</pre>
 */
public final class Rewirer {

  private final RewireOptions options;
  private final Progress progress;

  /**
   * Makes a rewirer; it can rewire any number of files.
   *
   * @param options what to rewire, and how
   */
  public Rewirer(RewireOptions options) {
    this(options, Progress.NONE);
  }

  /**
   * Makes a rewirer; it can rewire any number of files.
   *
   * @param options what to rewire, and how
   * @param progress is told how far a run has come
   */
  public Rewirer(RewireOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * Rewires a file.
   *
   * @param in the model; never written to
   * @param out where the new model goes, in place of an older file; appears verified or not at all
   * @return what was done, and what was proven of it
   * @throws UsageException if both are one file, or a glob matches nothing
   * @throws UnsupportedDeviceException if the options' device can't be used
   * @throws ModelException if the model is invalid
   * @throws NoLayerException if there is nothing to rewire
   * @throws VerificationException if the new file is not as it should be; it is not published then
   * @throws IOException if a file can't be read or written
   */
  public Report rewire(Path in, Path out) throws IOException {
    return rewire(in, out, BeforePublishing.NOTHING);
  }

  /**
   * Rewires a file, and publishes it only if something else has been done before.
   *
   * @param in the model; never written to
   * @param out where the new model goes, in place of an older file; appears verified or not at all
   * @param before is shown the report while the older file is still there; if it fails, that stays
   * @return what was done, and what was proven of it
   * @throws UsageException if both are one file, or a glob matches nothing
   * @throws UnsupportedDeviceException if the options' device can't be used
   * @throws ModelException if the model is invalid
   * @throws NoLayerException if there is nothing to rewire
   * @throws VerificationException if the new file is not as it should be; it is not published then
   * @throws IOException if a file can't be read or written
   */
  public Report rewire(Path in, Path out, BeforePublishing before) throws IOException {
    return new RewireRun(options, progress).run(in, Optional.of(out), before);
  }

  /**
   * Finds and measures what {@link #rewire} would, and writes nothing.
   *
   * @param in the model
   * @return what would be done; without proofs
   * @throws UsageException if a glob matches nothing
   * @throws UnsupportedDeviceException if the options' device can't be used
   * @throws ModelException if the model is invalid
   * @throws NoLayerException if there is nothing to rewire
   * @throws IOException if the file can't be read
   */
  public Report dryRun(Path in) throws IOException {
    return new RewireRun(options, progress).run(in, Optional.empty(), BeforePublishing.NOTHING);
  }

  /**
   * Rewires many files, one after the other. Each is verified and published by itself, as {@link
   * #rewire} does; what takes long to start is started once.
   *
   * @param jobs the files
   * @param listener hears how each ends; a failure ends no other job
   * @throws UnsupportedDeviceException if the options' device can't be used; nothing is done then
   * @throws IOException if a library can't be started; likewise
   */
  public void rewireAll(List<RewireJob> jobs, JobListener listener) throws IOException {
    new JobsRun(options, progress).run(jobs, listener);
  }
}
