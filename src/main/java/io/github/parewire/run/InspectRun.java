package io.github.parewire.run;

import io.github.parewire.host.HostFacts;
import io.github.parewire.layers.Findings;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.layers.RecurrentWeight;
import io.github.parewire.measure.Detector;
import io.github.parewire.measure.StoredStatistics;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.pattern.FixedFilters;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.RecurrentInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Finds the layers of a model, measures their weights, and tells what they look like. */
public final class InspectRun {

  private final RewireOptions options;

  /** Prepares inspections. */
  public InspectRun(RewireOptions options) {
    this.options = options;
  }

  /**
   * Inspects a model.
   *
   * @throws IOException if a file can't be read
   */
  public Inspection run(Path model) throws IOException {
    return OnnxFile.read(model, options.files().allowHardLinks(), this::inspect);
  }

  private Inspection inspect(OnnxFile file) throws IOException {
    Findings findings =
        FixedFilters.mark(
            LayerFinder.find(file, options.layers().groups()), options.execution().threads());
    List<Callable<LayerInspection>> tasks =
        findings.layers().stream()
            .<Callable<LayerInspection>>map(layer -> () -> inspect(layer))
            .toList();
    List<Callable<RecurrentInspection>> others =
        findings.recurrent().stream()
            .<Callable<RecurrentInspection>>map(weight -> () -> inspect(weight))
            .toList();
    return new Inspection(
        file.path(),
        file.size(),
        file.external().stream().mapToLong(ExternalData::length).sum(),
        file.external().stream().map(ExternalData::file).distinct().toList(),
        file.producer(),
        file.irVersion(),
        file.opsets(),
        ParallelTasks.run(options.execution().threads(), tasks),
        findings.left(),
        ParallelTasks.run(options.execution().threads(), others),
        HostFacts.of(Optional.empty(), Optional.empty()));
  }

  private static LayerInspection inspect(Layer layer) throws IOException {
    StoredStatistics.WithCentrality measured =
        StoredStatistics.withCentrality(layer.tensor(), layer.use());
    LayerStatistics statistics = measured.statistics();
    return new LayerInspection(
        layer.description(),
        layer.obstacle(),
        statistics,
        measured.centrality(),
        Detector.judge(statistics, layer.use().fans(), layer.pattern()));
  }

  private static RecurrentInspection inspect(RecurrentWeight weight) throws IOException {
    StoredStatistics.WithCentrality measured =
        StoredStatistics.withCentrality(weight.tensor(), weight.use());
    return new RecurrentInspection(
        weight.tensor().name(),
        weight.use().operator(),
        weight.use().node(),
        weight.tensor().dims(),
        weight.tensor().type().text(),
        weight.use().matrices().shape(),
        measured.statistics(),
        measured.centrality());
  }
}
