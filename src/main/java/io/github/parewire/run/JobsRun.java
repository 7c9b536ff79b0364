package io.github.parewire.run;

import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireJob;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.JobListener;
import io.github.parewire.result.Report;
import java.io.IOException;
import java.util.List;

/** Many runs in a row, each for itself, on devices and with libraries that are started once. */
public final class JobsRun {

  private final RewireOptions options;
  private final Progress progress;

  /**
   * Prepares runs.
   *
   * @param options of all of them, but for what a job has of its own
   * @param progress is told how far each has come
   */
  public JobsRun(RewireOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * Runs, in order.
   *
   * @param listener hears how each ends
   * @throws io.github.parewire.message.UnsupportedDeviceException if a device can't be used; then
   *     nothing is done
   * @throws IOException if a library can't be started; likewise
   */
  public void run(List<RewireJob> jobs, JobListener listener) throws IOException {
    boolean writes = jobs.stream().anyMatch(job -> job.out().isPresent());
    try (RunStart start = RunStart.begin(options, writes)) {
      start.with(start::openCl);
      for (RewireJob job : jobs) {
        run(job, start, listener);
      }
    }
  }

  private void run(RewireJob job, RunStart start, JobListener listener) {
    try {
      RewireRun run = new RewireRun(job.options(options), progress);
      Report report = run.run(job.in(), job.out(), start, before -> listener.before(job, before));
      listener.done(job, report);
    } catch (Throwable failure) {
      // Whatever has befallen one model, out of memory or a bug, need not befall the next.
      listener.failed(job, failure);
    }
  }
}
