package io.github.parewire.write;

import io.github.parewire.message.FileNames;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.model.ExternalData;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.Splice;
import io.github.parewire.model.TensorData;
import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.StringStringEntryProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.options.FileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The output's data files: which tensors are in which, where, and what the model says of that. What
 * the input has in data files is in them, and large initializers if that is asked for; ranges that
 * were shared stay so.
 */
public final class DataFiles {

  private static final String SUFFIX = ".data";

  /** Tensors below this size stay in the model, as with the onnx package. */
  private static final long SMALLEST_MOVED = 1024;

  /** A range of an input's data file. */
  private record Source(Path file, long offset, long length) {}

  /** Where a tensor's bytes are. */
  record Place(DataFile file, DataFile.Range range) {}

  private final Path out;
  private final FileOptions options;
  private final List<DataFile> files = new ArrayList<>();
  private final IdentityHashMap<TensorProto, Place> places = new IdentityHashMap<>();
  private final IdentityHashMap<Splice, byte[]> entries = new IdentityHashMap<>();

  private DataFiles(Path out, FileOptions options) {
    this.out = out;
    this.options = options;
  }

  /**
   * Plans the data files of an output.
   *
   * @param in the input
   * @param out where the new model goes
   * @param options which tensors go to data files, and what those are called
   * @throws UsageException if this process can't have a file of such a name
   */
  public static DataFiles plan(OnnxFile in, Path out, FileOptions options) {
    DataFiles plan = new DataFiles(out, options);
    List<List<TensorData>> ranges = ranges(in, options.saveAsExternalData());
    if (options.oneFilePerTensor()) {
      plan.addFileEach(ranges);
    } else if (!ranges.isEmpty()) {
      plan.add(new DataFile(options.externalData().orElse(out.getFileName() + SUFFIX)), ranges);
    }
    return plan;
  }

  /** What goes to data files, in the order of the input: tensors that have the same bytes. */
  private static List<List<TensorData>> ranges(OnnxFile in, boolean moveInitializers) {
    List<List<TensorData>> ranges = new ArrayList<>();
    Map<Source, List<TensorData>> shared = new HashMap<>();
    for (ExternalData tensor : in.external()) {
      Source source = new Source(tensor.file(), tensor.span().offset(), tensor.length());
      List<TensorData> range = shared.get(source);
      if (range == null) {
        range = new ArrayList<>();
        shared.put(source, range);
        ranges.add(range);
      }
      range.add(tensor);
    }
    if (moveInitializers) {
      initializers(
          in.model().getGraph(),
          tensor -> {
            Optional<TensorData> inside =
                in.external(tensor).isPresent() ? Optional.empty() : in.data(tensor);
            inside
                .filter(data -> data.length() >= SMALLEST_MOVED)
                .ifPresent(data -> ranges.add(List.of(data)));
          });
    }
    return ranges;
  }

  /** Those of a graph and of the graphs in its nodes. */
  private static void initializers(GraphProto graph, Consumer<TensorProto> consumer) {
    graph.getInitializerList().forEach(consumer);
    for (NodeProto node : graph.getNodeList()) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          initializers(attribute.getG(), consumer);
        }
        attribute.getGraphsList().forEach(body -> initializers(body, consumer));
      }
    }
  }

  private void addFileEach(List<List<TensorData>> ranges) {
    List<String> tensors = ranges.stream().map(range -> range.get(0).tensor().getName()).toList();
    // In a folder of their own no name is OUT's; that none is makes them the same everywhere.
    List<String> names = TensorFileNames.of(tensors, out.getFileName().toString());
    String folder = options.externalData().map(path -> path + "/").orElse("");
    for (int i = 0; i < names.size(); i++) {
      add(new DataFile(folder + names.get(i)), List.of(ranges.get(i)));
    }
  }

  private void add(DataFile file, List<List<TensorData>> ranges) {
    if (!FileNames.canHave(file.location())) {
      throw FileNames.refusal("external data '" + file.location() + "'");
    }
    files.add(file);
    for (List<TensorData> tensors : ranges) {
      Place place = new Place(file, file.add(tensors));
      tensors.forEach(tensor -> add(tensor, place));
    }
  }

  private void add(TensorData data, Place place) {
    places.put(data.tensor(), place);
    byte[] fields = fields(data, place);
    List<Splice> splices = data.moveSplices(fields.length);
    for (int i = 0; i < splices.size(); i++) {
      entries.put(splices.get(i), i == 0 ? fields : new byte[0]);
    }
  }

  /**
   * The fields, as on the wire, by which a tensor says where its bytes are. Entries that it has
   * keep what else they say; a checksum is left out, as it is one of the old file.
   */
  private static byte[] fields(TensorData data, Place place) {
    List<StringStringEntryProto> old = data.tensor().getExternalDataList();
    return TensorProto.newBuilder()
        .addExternalData(entry(old, "location", place.file().location()))
        .addExternalData(entry(old, "offset", Long.toString(place.range().offset())))
        .addExternalData(entry(old, "length", Long.toString(data.length())))
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .build()
        .toByteArray();
  }

  private static StringStringEntryProto entry(
      List<StringStringEntryProto> old, String key, String value) {
    return old.stream()
        .filter(e -> e.getKey().equals(key))
        .findFirst()
        .map(StringStringEntryProto::toBuilder)
        .orElseGet(() -> StringStringEntryProto.newBuilder().setKey(key))
        .setValue(value)
        .build();
  }

  List<DataFile> files() {
    return Collections.unmodifiableList(files);
  }

  /** The files' paths, relative to the model's folder, with / between names. */
  public List<String> locations() {
    return files.stream().map(DataFile::location).toList();
  }

  /** Where the files will be. */
  public List<Path> targets() {
    return locations().stream().map(out::resolveSibling).toList();
  }

  /** What to do if a file can't have its place. */
  public Message otherPlace() {
    if (options.oneFilePerTensor()) {
      return Message.of("name a folder for them with ", Message.option(RunOption.EXTERNAL_DATA));
    }
    return options.externalData().isPresent()
        ? Message.of("give another name with ", Message.option(RunOption.EXTERNAL_DATA))
        : Message.of("give OUT another name or folder");
  }

  /** Where a tensor's bytes go; empty if they are in the model. */
  Optional<Place> place(TensorProto tensor) {
    return Optional.ofNullable(places.get(tensor));
  }

  /** What to exchange in the model, and for which bytes. */
  Map<Splice, byte[]> entries() {
    return entries;
  }
}
