package io.github.parewire.layers;

import io.github.parewire.message.LowerCase;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.onnx.TensorProto.DataType;
import io.github.parewire.options.GroupMode;
import io.github.parewire.result.LeftTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the weights of dense and conv layers.
 *
 * <p>From each operator it walks back through layout nodes, captures and arguments to one stored
 * tensor. A tensor that something else reads too, or that two operators see as different matrices,
 * is a layer with an obstacle: it keeps its number, so that naming it changes no other layer.
 */
public final class LayerFinder {

  /** The types of indices and the like, which no operator takes weights in. */
  private static final Set<Integer> INTEGERS =
      Set.of(
          DataType.INT32_VALUE,
          DataType.UINT32_VALUE,
          DataType.INT64_VALUE,
          DataType.UINT64_VALUE,
          DataType.BOOL_VALUE,
          DataType.STRING_VALUE);

  private final OnnxFile file;
  private final List<Layer> layers = new ArrayList<>();
  private final List<LeftTensor> left = new ArrayList<>();
  private final List<RecurrentWeight> recurrent = new ArrayList<>();
  private final Map<String, Integer> names = new HashMap<>();

  private LayerFinder(OnnxFile file) {
    this.file = file;
  }

  /**
   * Finds the layers of a model.
   *
   * @param groups how grouped convolutions become matrices
   * @throws io.github.parewire.message.ModelException if a value or a function depends on itself,
   *     or two names that are no UTF-8 can't be told apart
   */
  public static Findings find(OnnxFile file, GroupMode groups) {
    String where = file.path().toString();
    DistinctNames.require(where, file.model());
    Scope main = Scope.of(where, file.model());
    UseCollector collector = new UseCollector(where, groups);
    List<TensorUses> uses = collector.collect(main);
    LayerFinder finder = new LayerFinder(file);
    uses.forEach(use -> finder.add(use, collector));
    collector.vectors().forEach(vector -> finder.leave(vector));
    Set<TensorProto> read = Collections.newSetFromMap(new IdentityHashMap<>());
    uses.forEach(use -> read.add(use.tensor().proto()));
    finder.addDead(collector.dead(), read);
    finder.addOthers(read, collector);
    return new Findings(finder.layers, finder.left, finder.recurrent);
  }

  private void add(TensorUses uses, UseCollector collector) {
    TensorProto tensor = uses.tensor().proto();
    Optional<WeightUse> weight;
    try {
      weight = uses.weight();
    } catch (UnclearViewException e) {
      leave(uses.tensor(), "weight in parts, but " + e.getMessage());
      return;
    }
    Optional<ElementType> type = ElementType.of(tensor.getDataType());
    if (weight.isEmpty()) {
      if (isMatrix(tensor) || uses.isMatrix()) {
        String name = leave(uses.tensor(), String.join(", ", uses.otherwise()));
        collector.recurrent(tensor).ifPresent(use -> addRecurrent(tensor, name, type, use));
      }
    } else if (tensor.hasSegment()) {
      leave(uses.tensor(), "stored in segments");
    } else if (type.isEmpty()
        || type.get().isFloatingPoint() == weight.get().quantization().isPresent()) {
      leave(uses.tensor(), "not floating point: " + typeName(tensor));
    } else if (weight.get().matrices().shape().weights() == 0) {
      leave(uses.tensor(), "no elements");
    } else {
      StoredTensor stored = file.stored(tensor, unique(uses.tensor().name()), type.get());
      layers.add(new Layer(layers.size(), stored, weight.get(), obstacle(uses), Optional.empty()));
    }
  }

  private void addRecurrent(
      TensorProto tensor, String name, Optional<ElementType> type, WeightUse use) {
    if (type.filter(ElementType::isFloatingPoint).isPresent()
        && !tensor.hasSegment()
        && use.matrices().shape().weights() > 0) {
      recurrent.add(new RecurrentWeight(file.stored(tensor, name, type.get()), use));
    }
  }

  private Optional<String> obstacle(TensorUses uses) {
    return file.sharesBytes(uses.tensor().proto())
        ? Optional.of("shared: its external data overlaps that of another tensor")
        : uses.obstacle();
  }

  /** Tensors that only branches read which never run; adds them to those that were read. */
  private void addDead(List<NamedTensor> dead, Set<TensorProto> read) {
    for (NamedTensor tensor : dead) {
      if (read.add(tensor.proto()) && isMatrix(tensor.proto())) {
        leave(tensor, "read only in a branch of If that never runs");
      }
    }
  }

  /** Every tensor that is not among those that were read. */
  private void addOthers(Set<TensorProto> read, UseCollector collector) {
    for (EveryTensor.Place other : EveryTensor.of(file.model())) {
      TensorProto tensor = other.tensor().proto();
      if (other.isSparse()) {
        left.add(
            new LeftTensor(
                unique(other.tensor().name()), other.dims(), typeName(tensor), "sparse"));
      } else if (isMatrix(tensor) && read.add(tensor)) {
        leave(other.tensor(), collector.lookedAt(tensor).orElse(other.place()));
      }
    }
  }

  /** Whether a tensor could be the weights of a layer, as they are or quantized. */
  private static boolean isMatrix(TensorProto tensor) {
    return tensor.getDimsCount() >= 2 && !INTEGERS.contains(tensor.getDataType());
  }

  /** Returns the name that the tensor is listed by. */
  private String leave(NamedTensor tensor, String reason) {
    TensorProto proto = tensor.proto();
    String name = unique(tensor.name());
    left.add(new LeftTensor(name, proto.getDimsList(), typeName(proto), reason));
    return name;
  }

  private void leave(ValueOrigin.Floats vector) {
    left.add(
        new LeftTensor(
            unique(vector.name()),
            List.of((long) vector.length()),
            "float",
            "a weight in value_floats, which is no tensor"));
  }

  /** Names in different subgraphs and functions can be equal; then a number tells them apart. */
  private String unique(String name) {
    int count = names.merge(name, 1, Integer::sum);
    return count == 1 ? name : name + "#" + count;
  }

  private static String typeName(TensorProto tensor) {
    DataType type = DataType.forNumber(tensor.getDataType());
    return type == null ? "type " + tensor.getDataType() : LowerCase.of(type);
  }
}
