package io.github.parewire.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.parewire.hash.Sha256;
import io.github.parewire.layers.Layer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.layers.ViewStep;
import io.github.parewire.message.Message;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.options.WeightsFormat;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.weights.ParameterElements;
import io.github.parewire.write.FilePlaces;
import io.github.parewire.write.PendingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * The rewired tensors in a file of their own, by name and in PyTorch's layout, for frameworks to
 * load. Where the options ask for none it does nothing.
 */
public final class WeightsExport implements AutoCloseable {

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
   * Begins the file, so that what stands in its way is known before the work.
   *
   * @param in the model
   * @param written where the new model and its data files go
   * @param layers the layers that will be rewired
   * @throws UsageException if the file is one of the run's others or can't hold a layer's type
   * @throws IOException if it can't be written
   */
  public static WeightsExport begin(
      RewireOptions options, OnnxFile in, Collection<Path> written, List<Layer> layers)
      throws IOException {
    Optional<Path> file = options.files().weightsOut();
    if (file.isEmpty()) {
      return new WeightsExport(options, layers, Optional.empty());
    }
    requireDistinct(file.get(), in, written);
    requireTypes(file.get(), layers);
    requireNames(layers);
    return new WeightsExport(options, layers, Optional.of(PendingOutput.create(file.get())));
  }

  private static void requireDistinct(Path file, OnnxFile in, Collection<Path> written)
      throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UsageException("not a file to write weights to: " + file, "name a file");
    }
    List<Path> others = new ArrayList<>(written);
    others.add(in.path());
    in.external().stream().map(ExternalData::file).forEach(others::add);
    for (Path other : others) {
      if (FilePlaces.isSame(file, other)) {
        throw new UsageException(
            "the weights would overwrite another file of this run: " + file,
            "give them a name of their own");
      }
    }
  }

  private static void requireTypes(Path file, List<Layer> layers) {
    for (Layer layer : layers) {
      ElementType type = layer.tensor().type();
      if (WeightsFormat.of(file) == WeightsFormat.NPZ && !Npz.holds(type)) {
        throw new UsageException(
            file
                + ": numpy has no type "
                + type.text()
                + ", which tensor '"
                + layer.tensor().name()
                + "' has",
            "name a .safetensors file");
      }
    }
  }

  /** A name with a number in it, made for one of two equal names, may be a third one's. */
  private static void requireNames(List<Layer> layers) {
    Set<String> names = new HashSet<>(Set.of("__metadata__"));
    for (Layer layer : layers) {
      if (!names.add(layer.tensor().name())) {
        throw new ModelException(
            layer.tensor().where(),
            "a file of weights can't hold this name, or not twice",
            Message.of("rename the tensor"),
            Message.of("leave it out with ", Message.option(RunOption.EXCLUDE)));
      }
    }
  }

  /**
   * Writes the file.
   *
   * @param rewired the new model, as it can be read now
   * @throws IOException if a file can't be read or written
   */
  public void write(Path rewired) throws IOException {
    if (pending.isEmpty()) {
      return;
    }
    List<String> hashes = hashesBefore();
    OnnxFile.read(
        rewired,
        false,
        file -> {
          List<Layer> found = LayerFinder.find(file, options.layers().groups()).layers();
          List<NamedArray> arrays = new ArrayList<>();
          for (int i = 0; i < layers.size(); i++) {
            arrays.add(array(found.get(layers.get(i).number()), hashes.get(i)));
          }
          write(arrays, pending.get());
          return arrays.size();
        });
  }

  private void write(List<NamedArray> arrays, PendingOutput output) throws IOException {
    try (OutputStream out = output.stream()) {
      switch (WeightsFormat.of(options.files().weightsOut().orElseThrow())) {
        case SAFETENSORS -> Safetensors.write(arrays, out);
        case NPZ -> Npz.write(arrays, out);
      }
    }
  }

  private static NamedArray array(Layer layer, String hashBefore) {
    return new NamedArray(
        layer.tensor().name(),
        layer.tensor().type(),
        layer.use().parameter().dims(),
        description(layer, hashBefore),
        out -> {
          WritableByteChannel channel = Channels.newChannel(out);
          try (ParameterElements elements = ParameterElements.read(layer)) {
            for (ByteBuffer part : elements.bytes()) {
              channel.write(part);
            }
          }
        });
  }

  /** What a loader needs to find the framework's parameter, and how the model holds it. */
  private static ObjectNode description(Layer layer, String hashBefore) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("layer", layer.number());
    node.put("operator", layer.use().operator());
    addAll(node.putArray("stored"), layer.use().parameter().stored());
    ArrayNode steps = node.putArray("steps");
    for (ViewStep step : layer.use().parameter().steps()) {
      if (step instanceof ViewStep.Permute permute) {
        permute.axes().forEach(steps.addObject().putArray("permute")::add);
      } else {
        addAll(steps.addObject().putArray("reshape"), step.dims());
      }
    }
    node.put("sha256Before", hashBefore);
    return node;
  }

  private static void addAll(ArrayNode array, List<Long> numbers) {
    numbers.forEach(array::add);
  }

  private List<String> hashesBefore() throws IOException {
    List<Callable<String>> tasks =
        layers.stream().<Callable<String>>map(layer -> () -> hash(layer)).toList();
    return ParallelTasks.run(options.execution().threads(), tasks);
  }

  private static String hash(Layer layer) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (ParameterElements elements = ParameterElements.read(layer)) {
      elements.bytes().forEach(digest::update);
    }
    return Sha256.hex(digest);
  }

  /** The file, by the name that it will have: where it can be read now. */
  public Map<Path, Path> files() {
    return pending.map(PendingOutput::files).orElse(Map.of());
  }

  /**
   * Brings the file to the disk.
   *
   * @throws IOException if it can't be
   */
  public void finish() throws IOException {
    if (pending.isPresent()) {
      pending.get().finish();
    }
  }

  /**
   * Gives the file its name.
   *
   * @throws IOException if it can't be
   */
  public void publish() throws IOException {
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
