package io.github.parewire.run;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;

import io.github.parewire.array.SpareMemory;
import io.github.parewire.hash.FileHasher;
import io.github.parewire.hash.SortedWeightsHash;
import io.github.parewire.host.HostFacts;
import io.github.parewire.layers.Findings;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.message.Message;
import io.github.parewire.message.NoLayerException;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.opencl.RunningDevice;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Progress;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.pattern.FixedFilters;
import io.github.parewire.result.BeforePublishing;
import io.github.parewire.result.FileHash;
import io.github.parewire.result.LayerReport;
import io.github.parewire.result.Report;
import io.github.parewire.result.StageTimes.Stage;
import io.github.parewire.result.Verification;
import io.github.parewire.write.DataFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One run from file to verified file: all its stages, in order. */
public final class RewireRun {

  private final RewireOptions options;
  private final Progress progress;
  private final StageClock clock = new StageClock();

  /**
   * Prepares a run.
   *
   * @param progress is told how far it has come
   */
  public RewireRun(RewireOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * Runs, once.
   *
   * @param in the model
   * @param out where the new model goes; empty for a dry run
   * @param before is shown the report before the new files get their names
   * @return what was done
   * @throws IOException if a file can't be read or written
   */
  public Report run(Path in, Optional<Path> out, BeforePublishing before) throws IOException {
    requireFree(in, out);
    try (RunStart start = RunStart.begin(options, out.isPresent())) {
      return runAfter(start, in, out, before);
    }
  }

  /**
   * Runs, once, with what other runs have, too.
   *
   * @param start of the same options
   * @see #run(Path, Optional, BeforePublishing)
   */
  Report run(Path in, Optional<Path> out, RunStart start, BeforePublishing before)
      throws IOException {
    requireFree(in, out);
    return runAfter(start, in, out, before);
  }

  private static void requireFree(Path in, Optional<Path> out) throws IOException {
    if (out.isPresent()) {
      OutputPlace.requireFree(in, out.get());
    }
  }

  private Report runAfter(RunStart start, Path in, Optional<Path> out, BeforePublishing before)
      throws IOException {
    try {
      return start.with(
          () -> {
            start.openCl();
            return OnnxFile.use(
                in, options.files().allowHardLinks(), file -> run(file, out, start, before));
          });
    } finally {
      progress.end();
    }
  }

  private Report run(OnnxFile file, Optional<Path> out, RunStart start, BeforePublishing before)
      throws IOException {
    Optional<DataFiles> data =
        out.isPresent()
            ? Optional.of(OutputPlace.plan(file, out.get(), options.files()))
            : Optional.empty();
    Findings findings =
        FixedFilters.mark(
            LayerFinder.find(file, options.layers().groups()), options.execution().threads());
    LayerSelection selection = new LayerSelection(options.layers());
    selection.requireMatches(findings.layers(), file.path());
    List<Layer> selected =
        findings.layers().stream()
            .filter(layer -> selection.reasonToLeave(layer).isEmpty())
            .toList();
    requireSome(file.path(), findings, selected);
    requireOwnBytes(file, selected);
    clock.end(Stage.FIND);

    try (RunOutput output =
        out.isPresent()
            ? FileOutput.begin(options, file, out.get(), data.get(), selected)
            : RunOutput.NOTHING) {
      List<LayerReport.Rewired> rewired = rewire(selected, start, output);
      clock.end(Stage.REWIRE);
      Optional<Verification> verification = output.verify(progress);
      clock.end(Stage.VERIFY);
      output.export();
      clock.end(Stage.EXPORT);
      rewired = hashed(rewired, findings.layers());
      FileHashes hashes = hashes(inputFiles(file), output.files());
      clock.end(Stage.HASH);
      output.finish();
      file.requireUnchanged();
      clock.end(Stage.PUBLISH);

      Report report =
          new Report(
              file.path(),
              out,
              options,
              HostFacts.of(start.gpu(), start.openCl().map(RunningDevice::description)),
              inOrder(rewired, findings.layers(), selection),
              findings.left(),
              Warnings.of(rewired, options.rule()),
              verification,
              hashes.inputs(),
              hashes.outputs(),
              clock.times());
      progress.end();
      before.see(report);
      output.publish();
      return report;
    }
  }

  private static void requireSome(Path in, Findings findings, List<Layer> selected) {
    if (!selected.isEmpty()) {
      return;
    }
    int found = findings.layers().size();
    throw new NoLayerException(
        Message.of(
            in,
            ": no layer to rewire: found ",
            found,
            found == 1 ? " layer" : " layers",
            " and ",
            findings.left().size(),
            findings.left().size() == 1 ? " other tensor" : " other tensors",
            ", all of them left"),
        Message.of(new Message.Inspection(Optional.of(in)), " says why"));
  }

  /**
   * Checks that no other tensor would change with a layer that was asked for by its name.
   *
   * @throws UsageException if one would
   */
  private static void requireOwnBytes(OnnxFile file, List<Layer> selected) {
    for (Layer layer : selected) {
      Optional<String> other = file.sharerOfBytes(layer.tensor());
      if (other.isPresent()) {
        throw new UsageException(
            Message.of(
                layer.tensor().where(),
                ": expected external data of its own, found bytes that tensor '",
                other.get(),
                "' has, too, and would change with it"),
            Message.of("save the model so that each tensor has its own"),
            Message.of("leave out ", Message.option(RunOption.INCLUDE, layer.tensor().name())));
      }
    }
  }

  /** Rewires layers, the largest first, and hands over the elements to store. */
  private List<LayerReport.Rewired> rewire(List<Layer> layers, RunStart start, RunOutput output)
      throws IOException {
    progress.begin(
        layers.stream().mapToLong(layer -> layer.tensor().elements()).sum(),
        options.rule().rounds());
    List<Layer> largestFirst =
        layers.stream()
            .sorted(comparingLong((Layer layer) -> layer.tensor().elements()).reversed())
            .toList();
    try (SpareMemory spare = new SpareMemory(layersAtATime())) {
      LayerRewirer rewirer =
          new LayerRewirer(
              options,
              Kernels.create(options, start.openCl(), progress::advance),
              Sketches.of(options.report().sketches(), layers),
              output,
              spare);
      return ParallelTasks.run(options.execution().threads(), tasks(rewirer, largestFirst, start))
          .stream()
          .flatMap(List::stream)
          .toList();
    }
  }

  /**
   * Layers whose memory serves the next ones; those that go to a device at once are of any number.
   */
  private int layersAtATime() {
    return options.execution().kernel() == KernelKind.JAVA ? options.execution().threads() : 0;
  }

  private List<Callable<List<LayerReport.Rewired>>> tasks(
      LayerRewirer rewirer, List<Layer> layers, RunStart start) {
    return switch (options.execution().kernel()) {
      // A layer at a time, as many side by side as there are threads.
      case JAVA ->
          LayerGroups.single(layers).stream()
              .<Callable<List<LayerReport.Rewired>>>map(one -> () -> rewirer.rewire(one))
              .toList();
      // Many at a time, on one thread; the others help it.
      case OPENCL ->
          inTurn(
              rewirer,
              layers,
              DeviceMemory.bytesForLayers(
                  start.openCl().orElseThrow(), options.execution().device(), layers));
      case ND4J -> inTurn(rewirer, layers, DeviceMemory.bytesForLayers(start.gpu(), layers));
    };
  }

  private static List<Callable<List<LayerReport.Rewired>>> inTurn(
      LayerRewirer rewirer, List<Layer> layers, long bytes) {
    List<List<Layer>> groups = LayerGroups.within(layers, bytes);
    return List.of(() -> rewireInTurn(rewirer, groups));
  }

  private static List<LayerReport.Rewired> rewireInTurn(
      LayerRewirer rewirer, List<List<Layer>> groups) throws IOException {
    List<LayerReport.Rewired> reports = new ArrayList<>();
    for (List<Layer> group : groups) {
      reports.addAll(rewirer.rewire(group));
    }
    return reports;
  }

  /** Adds the hash of each layer's sorted weights, if hashes are asked for. */
  private List<LayerReport.Rewired> hashed(List<LayerReport.Rewired> rewired, List<Layer> layers)
      throws IOException {
    if (!options.report().hashes()) {
      return rewired;
    }
    List<Callable<LayerReport.Rewired>> tasks = new ArrayList<>();
    for (LayerReport.Rewired report : rewired) {
      Layer layer = layers.get(report.layer().number());
      tasks.add(() -> report.withHash(SortedWeightsHash.of(layer.tensor())));
    }
    return ParallelTasks.run(options.execution().threads(), tasks);
  }

  /** The model and its data files, by the names that they have now. */
  private static Map<Path, Path> inputFiles(OnnxFile file) {
    Map<Path, Path> files = new LinkedHashMap<>();
    files.put(file.path(), file.path());
    file.external().forEach(range -> files.put(range.file(), range.file()));
    return files;
  }

  /** Hashes of a run's files; none if they are not asked for. */
  private record FileHashes(List<FileHash> inputs, List<FileHash> outputs) {}

  /** Hashes files, by their final names, as they are now. */
  private FileHashes hashes(Map<Path, Path> inputs, Map<Path, Path> outputs) throws IOException {
    if (!options.report().hashes()) {
      return new FileHashes(List.of(), List.of());
    }
    List<Callable<FileHash>> tasks = new ArrayList<>();
    for (Map<Path, Path> files : List.of(inputs, outputs)) {
      files.forEach((path, now) -> tasks.add(() -> FileHasher.hash(path, now)));
    }
    List<FileHash> all = ParallelTasks.run(options.execution().threads(), tasks);
    return new FileHashes(all.subList(0, inputs.size()), all.subList(inputs.size(), all.size()));
  }

  private static List<LayerReport> inOrder(
      List<LayerReport.Rewired> rewired, List<Layer> layers, LayerSelection selection) {
    List<LayerReport> all = new ArrayList<>(rewired);
    for (Layer layer : layers) {
      selection
          .reasonToLeave(layer)
          .ifPresent(why -> all.add(new LayerReport.Left(layer.description(), why)));
    }
    all.sort(comparing(report -> report.layer().number()));
    return all;
  }
}
