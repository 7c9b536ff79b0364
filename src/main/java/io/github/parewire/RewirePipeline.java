package io.github.parewire;

import static java.util.Comparator.comparingLong;

import io.github.parewire.device.Gpu;
import io.github.parewire.device.UnsupportedDeviceException;
import io.github.parewire.layers.Findings;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.report.FileHash;
import io.github.parewire.report.LayerReport;
import io.github.parewire.report.LayerSketch;
import io.github.parewire.report.Report;
import io.github.parewire.report.StageTimes;
import io.github.parewire.rewire.Nd4jBackend;
import io.github.parewire.verify.Verification;
import io.github.parewire.verify.VerificationException;
import io.github.parewire.verify.Verifier;
import io.github.parewire.write.ModelWriter;
import io.github.parewire.write.PendingOutput;
import io.github.parewire.write.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * The whole job: open a model, find its layers, rewire them, write the new file, verify it, publish
 * it, report.
 *
 * <pre>{@code
 * Report report = new RewirePipeline(RewireOptions.defaults()).run(in, out);
 * }</pre>
 */
public final class RewirePipeline {

  /** Weights in memory together where a kernel takes many layers at a time on the processor. */
  private static final long GROUP_BYTES = 1L << 30;

  private final RewireOptions options;
  private final Progress progress;

  /**
   * Makes a pipeline; it can run any number of times.
   *
   * @param options what to rewire, and how
   */
  public RewirePipeline(RewireOptions options) {
    this(options, Progress.NONE);
  }

  /**
   * Makes a pipeline; it can run any number of times.
   *
   * @param options what to rewire, and how
   * @param progress is told how far a run has come
   */
  public RewirePipeline(RewireOptions options, Progress progress) {
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
  public Report run(Path in, Path out) throws IOException {
    requireDistinct(in, out);
    return run(in, Optional.of(out));
  }

  /**
   * Finds and measures what {@link #run} would, and writes nothing.
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
    return run(in, Optional.empty());
  }

  private Report run(Path in, Optional<Path> out) throws IOException {
    StageTimes times = new StageTimes();
    Optional<Gpu> gpu = DeviceStart.require(options.device(), out.isPresent());
    startLibraries(out.isPresent());
    try (OnnxFile file = OnnxFile.open(in, options.allowHardLinks())) {
      if (out.isPresent()) {
        requireNoDataFile(file, out.get());
      }
      return file.reading(() -> run(file, out, gpu, times));
    } finally {
      progress.end();
    }
  }

  /** Starts beside the reading what takes most of a second to start. */
  private static void startLibraries(boolean writes) {
    startBeside("start ND4J", Nd4jBackend::start);
    if (writes) {
      startBeside("start ONNX Runtime", Verifier::start);
    }
  }

  private static void startBeside(String name, Runnable start) {
    Thread thread = new Thread(start, name);
    thread.setDaemon(true);
    // Whoever needs the library fails as well, and says so.
    thread.setUncaughtExceptionHandler((t, e) -> {});
    thread.start();
  }

  private Report run(OnnxFile file, Optional<Path> out, Optional<Gpu> gpu, StageTimes times)
      throws IOException {
    Findings findings = LayerFinder.find(file, options.groups());
    LayerSelection selection = new LayerSelection(options);
    selection.requireMatches(findings.layers());
    List<Layer> selected =
        findings.layers().stream()
            .filter(layer -> selection.reasonToLeave(layer).isEmpty())
            .toList();
    requireSome(file.path(), findings, selected);
    times.end(StageTimes.Stage.FIND);

    List<LayerReport> layers;
    List<FileHash> inputFiles;
    Optional<Verification> verification = Optional.empty();
    List<FileHash> outputFiles = List.of();
    if (out.isPresent()) {
      try (PendingOutput pending = PendingOutput.create(out.get());
          WeightsExport weights = WeightsExport.begin(options, file, out.get(), selected)) {
        List<StoredTensor> tensors = selected.stream().map(Layer::tensor).toList();
        ModelWriter writer =
            ModelWriter.begin(file, tensors, options.saveAsExternalData(), pending);
        layers = rewire(file, selected, gpu, layer -> bytes -> writer.write(layer.tensor(), bytes));
        times.end(StageTimes.Stage.REWIRE);
        progress.verify();
        verification = Optional.of(verify(file, pending.path(), tensors));
        times.end(StageTimes.Stage.VERIFY);
        weights.write(pending.path());
        times.end(StageTimes.Stage.EXPORT);
        layers = hashed(layers);
        inputFiles = hashes(inputFiles(file));
        Map<Path, Path> written = new LinkedHashMap<>(pending.files());
        written.putAll(weights.files());
        outputFiles = hashes(written);
        times.end(StageTimes.Stage.HASH);
        file.requireUnchanged();
        weights.publish();
        pending.publish();
        times.end(StageTimes.Stage.PUBLISH);
      }
    } else {
      layers = rewire(file, selected, gpu, layer -> bytes -> {});
      times.end(StageTimes.Stage.REWIRE);
      layers = hashed(layers);
      inputFiles = hashes(inputFiles(file));
      times.end(StageTimes.Stage.HASH);
      file.requireUnchanged();
    }
    return new Report(
        file.path(),
        out,
        options.settings(),
        gpu,
        inOrder(findings.layers(), layers, selection),
        findings.left(),
        verification,
        inputFiles,
        outputFiles,
        times);
  }

  private List<LayerReport> hashed(List<LayerReport> layers) throws IOException {
    if (!options.hashes()) {
      return layers;
    }
    List<Callable<LayerReport>> tasks =
        layers.stream().<Callable<LayerReport>>map(layer -> layer::withHash).toList();
    return ParallelTasks.run(options.threads(), tasks);
  }

  /** The model and its data files, by the names that they have now. */
  private static Map<Path, Path> inputFiles(OnnxFile file) {
    Map<Path, Path> files = new LinkedHashMap<>();
    files.put(file.path(), file.path());
    file.external().forEach(range -> files.put(range.file(), range.file()));
    return files;
  }

  /** Hashes of files, if they are asked for: by final names, of what is there now. */
  private List<FileHash> hashes(Map<Path, Path> files) throws IOException {
    List<FileHash> hashes = new ArrayList<>();
    if (options.hashes()) {
      for (Map.Entry<Path, Path> file : files.entrySet()) {
        hashes.add(FileHash.of(file.getKey(), file.getValue()));
      }
    }
    return hashes;
  }

  /** Rewires layers, the largest first, and hands over the elements to store. */
  private List<LayerReport> rewire(
      OnnxFile file,
      List<Layer> layers,
      Optional<Gpu> gpu,
      Function<Layer, LayerArrays.BytesConsumer<IOException>> consumers)
      throws IOException {
    progress.begin(layers.stream().mapToLong(layer -> layer.tensor().elements()).sum());
    LayerRewirer rewirer =
        new LayerRewirer(file, options, progress, LayerSketch.edge(layers.size()));
    List<Layer> largestFirst =
        layers.stream()
            .sorted(comparingLong((Layer layer) -> layer.tensor().elements()).reversed())
            .toList();
    List<Callable<List<LayerReport>>> tasks =
        switch (options.kernel()) {
          // Side by side.
          case JAVA ->
              LayerGroups.single(largestFirst).stream()
                  .<Callable<List<LayerReport>>>map(one -> () -> rewirer.rewire(one, consumers))
                  .toList();
          // Many at a time, on one thread; the others help it.
          case ND4J -> {
            List<List<Layer>> groups =
                LayerGroups.within(
                    largestFirst, DeviceStart.bytesForLayers(gpu, layers, GROUP_BYTES));
            yield List.of(() -> rewireInTurn(rewirer, groups, consumers));
          }
        };
    return ParallelTasks.run(options.threads(), tasks).stream().flatMap(List::stream).toList();
  }

  private static List<LayerReport> rewireInTurn(
      LayerRewirer rewirer,
      List<List<Layer>> groups,
      Function<Layer, LayerArrays.BytesConsumer<IOException>> consumers)
      throws IOException {
    List<LayerReport> reports = new ArrayList<>();
    for (List<Layer> group : groups) {
      reports.addAll(rewirer.rewire(group, consumers));
    }
    return reports;
  }

  private Verification verify(OnnxFile in, Path written, List<StoredTensor> rewired)
      throws IOException {
    Verification verification =
        Verifier.verify(
            in,
            written,
            rewired,
            options.check(),
            options.inputShapes(),
            options.device(),
            options.threads());
    if (!verification.passed()) {
      throw new VerificationException(verification);
    }
    return verification;
  }

  private static void requireDistinct(Path in, Path out) throws IOException {
    if (Files.isDirectory(out)) {
      throw new UsageException("OUT is a folder: " + out + "; name the file to write");
    }
    if (Files.exists(out) && !Files.isRegularFile(out)) {
      // A rename would put a file in its place.
      throw new UsageException("OUT is a device, pipe or socket: " + out + "; name a file");
    }
    if (Places.isSame(in, out)) {
      throw new UsageException(
          "IN and OUT are the same file: " + out + "; give OUT a name of its own");
    }
  }

  /** The input's data files are as untouchable as the input. */
  private static void requireNoDataFile(OnnxFile file, Path out) throws IOException {
    for (Path target : List.of(out, PendingOutput.dataFile(out))) {
      for (ExternalRange range : file.external()) {
        if (Places.isSame(range.file(), target)) {
          throw new UsageException(
              target
                  + " is a data file of IN and would be overwritten; give OUT another name or"
                  + " folder");
        }
      }
    }
  }

  private static void requireSome(Path in, Findings findings, List<Layer> selected) {
    if (!selected.isEmpty()) {
      return;
    }
    int found = findings.layers().size();
    throw new NoLayerException(
        in
            + ": no layer to rewire: found "
            + found
            + (found == 1 ? " layer" : " layers")
            + " and "
            + findings.left().size()
            + " other weights, all of them left; 'onnx-parewire inspect "
            + in
            + "' says why");
  }

  private static List<LayerReport> inOrder(
      List<Layer> layers, List<LayerReport> rewired, LayerSelection selection) {
    List<LayerReport> all = new ArrayList<>(rewired);
    for (Layer layer : layers) {
      selection.reasonToLeave(layer).ifPresent(why -> all.add(LayerReport.left(layer, why)));
    }
    all.sort(Comparator.comparingInt(report -> report.layer().number()));
    return all;
  }
}
