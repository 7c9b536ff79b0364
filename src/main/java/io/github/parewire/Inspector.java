package io.github.parewire;

import io.github.parewire.layers.Findings;
import io.github.parewire.layers.GroupMode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.measure.Detector;
import io.github.parewire.measure.LayerStatistics;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.report.Inspection;
import io.github.parewire.report.LayerInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Opens a model, finds its layers, measures their weights, and tells what they look like. */
public final class Inspector {

  private final boolean allowHardLinks;
  private final int threads;

  /**
   * Makes an inspector; it can look at any number of models.
   *
   * @param allowHardLinks whether data files may have other names
   * @param threads how many are at work at a time, 1 or more
   */
  public Inspector(boolean allowHardLinks, int threads) {
    this.allowHardLinks = allowHardLinks;
    this.threads = threads;
  }

  /**
   * Inspects a model.
   *
   * @param model the file; it is never written to
   * @return what it has
   * @throws ModelException if the model is invalid
   * @throws IOException if a file can't be read
   */
  public Inspection inspect(Path model) throws IOException {
    try (OnnxFile file = OnnxFile.open(model, allowHardLinks)) {
      Inspection inspection = file.reading(() -> inspect(file));
      file.requireUnchanged();
      return inspection;
    }
  }

  private Inspection inspect(OnnxFile file) throws IOException {
    Findings findings = LayerFinder.find(file, GroupMode.JOINT);
    List<Callable<LayerInspection>> tasks =
        findings.layers().stream()
            .<Callable<LayerInspection>>map(layer -> () -> inspect(layer))
            .toList();
    return Inspection.of(file, ParallelTasks.run(threads, tasks), findings.left());
  }

  private static LayerInspection inspect(Layer layer) throws IOException {
    LayerStatistics statistics = StoredStatistics.of(layer);
    return new LayerInspection(layer, statistics, Detector.judge(statistics, layer.fans()));
  }
}
