package io.github.parewire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerArrays;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.model.ExternalRange;
import io.github.parewire.model.ModelException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.report.Sha256;
import io.github.parewire.write.NamedArray;
import io.github.parewire.write.PendingOutput;
import io.github.parewire.write.Places;
import io.github.parewire.write.WeightsFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * The rewired tensors in a file of their own, by name and in PyTorch's layout, for frameworks to
 * load. Without {@link RewireOptions#weightsOut} it does nothing.
 */
final class WeightsExport implements AutoCloseable {

  private final RewireOptions options;
  private final List<Layer> layers;
  private final Optional<PendingOutput> pending;

  private WeightsExport(
      RewireOptions options, List<Layer> layers, Optional<PendingOutput> pending) {
    this.options = options;
    this.layers = layers;
    this.pending = pending;
  }

  /**
   * The format that a file's name asks for.
   *
   * @throws UsageException if it asks for none
   */
  static WeightsFormat format(Path file) {
    return WeightsFormat.of(file)
        .orElseThrow(
            () ->
                new UsageException(
                    "expected a file of weights whose name ends in .safetensors or .npz, found "
                        + file));
  }

  /**
   * Begins the file, so that what stands in its way is known before the work.
   *
   * @param in the model
   * @param out where the new model goes
   * @param layers the layers that will be rewired
   * @throws UsageException if the file is one of the run's others or can't hold a layer's type
   * @throws IOException if it can't be written
   */
  static WeightsExport begin(RewireOptions options, OnnxFile in, Path out, List<Layer> layers)
      throws IOException {
    if (options.weightsOut().isEmpty()) {
      return new WeightsExport(options, layers, Optional.empty());
    }
    Path file = options.weightsOut().get();
    requireDistinct(file, in, out);
    requireTypes(file, layers);
    requireNames(in, layers);
    return new WeightsExport(options, layers, Optional.of(PendingOutput.create(file)));
  }

  private static void requireDistinct(Path file, OnnxFile in, Path out) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UsageException("not a file to write weights to: " + file + "; name a file");
    }
    List<Path> others = new ArrayList<>(List.of(in.path(), out, PendingOutput.dataFile(out)));
    in.external().stream().map(ExternalRange::file).forEach(others::add);
    for (Path other : others) {
      if (Places.isSame(file, other)) {
        throw new UsageException(
            "the weights would overwrite another file of this run: "
                + file
                + "; give them a name of their own");
      }
    }
  }

  private static void requireTypes(Path file, List<Layer> layers) {
    for (Layer layer : layers) {
      if (!format(file).holds(layer.tensor().type())) {
        throw new UsageException(
            file
                + ": numpy has no type "
                + layer.tensor().type()
                + ", which tensor '"
                + layer.tensor().name()
                + "' has; name a .safetensors file");
      }
    }
  }

  /** A name with a number in it, made for one of two equal names, may be a third one's. */
  private static void requireNames(OnnxFile in, List<Layer> layers) {
    Set<String> names = new HashSet<>(Set.of("__metadata__"));
    for (Layer layer : layers) {
      if (!names.add(layer.tensor().name())) {
        throw new ModelException(
            in.path() + ", tensor '" + layer.tensor().name() + "'",
            "a file of weights can't hold this name, or not twice",
            "rename the tensor, or leave it out with --exclude");
      }
    }
  }

  /**
   * Writes the file.
   *
   * @param rewired the new model, as it can be read now
   */
  void write(Path rewired) throws IOException {
    if (pending.isEmpty()) {
      return;
    }
    List<String> hashes = hashesBefore();
    try (OnnxFile file = OnnxFile.open(rewired)) {
      List<Layer> found = LayerFinder.find(file, options.groups()).layers();
      List<NamedArray> arrays = new ArrayList<>();
      for (int i = 0; i < layers.size(); i++) {
        arrays.add(array(found.get(layers.get(i).number()), hashes.get(i)));
      }
      try (OutputStream out = pending.get().stream()) {
        format(options.weightsOut().orElseThrow()).write(arrays, out);
      }
    }
  }

  private static NamedArray array(Layer layer, String hashBefore) {
    return new NamedArray(
        layer.tensor().name(),
        layer.tensor().type(),
        layer.parameter().dims(),
        description(layer, hashBefore),
        out -> {
          WritableByteChannel channel = Channels.newChannel(out);
          LayerArrays.readParameter(
              layer,
              parts -> {
                for (ByteBuffer part : parts) {
                  channel.write(part);
                }
              });
        });
  }

  /** What a loader needs to find the framework's parameter, and how the model holds it. */
  private static String description(Layer layer, String hashBefore) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("layer", layer.number());
    node.put("operator", layer.operator());
    addAll(node.putArray("stored"), layer.parameter().stored());
    ArrayNode steps = node.putArray("steps");
    for (ViewStep step : layer.parameter().steps()) {
      if (step instanceof ViewStep.Permute permute) {
        permute.axes().forEach(steps.addObject().putArray("permute")::add);
      } else {
        addAll(steps.addObject().putArray("reshape"), step.dims());
      }
    }
    node.put("sha256Before", hashBefore);
    return node.toString();
  }

  private static void addAll(ArrayNode array, List<Long> numbers) {
    numbers.forEach(array::add);
  }

  private List<String> hashesBefore() throws IOException {
    List<Callable<String>> tasks =
        layers.stream().<Callable<String>>map(layer -> () -> hash(layer)).toList();
    return ParallelTasks.run(options.threads(), tasks);
  }

  private static String hash(Layer layer) throws IOException {
    MessageDigest digest = Sha256.digest();
    LayerArrays.readParameter(layer, parts -> parts.forEach(digest::update));
    return Sha256.hex(digest);
  }

  /** The file, by the name that it will have: where it can be read now. */
  Map<Path, Path> files() {
    return pending.map(PendingOutput::files).orElse(Map.of());
  }

  /** Gives the file its name. */
  void publish() throws IOException {
    if (pending.isPresent()) {
      pending.get().publish();
    }
  }

  @Override
  public void close() throws IOException {
    if (pending.isPresent()) {
      pending.get().close();
    }
  }
}
