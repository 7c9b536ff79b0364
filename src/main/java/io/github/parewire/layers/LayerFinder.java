package io.github.parewire.layers;

import io.github.parewire.message.LowerCase;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.onnx.TensorProto;
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

  private final OnnxFile file;
  private final List<Layer> layers = new ArrayList<>();
  private final List<LeftTensor> left = new ArrayList<>();
  private final Map<String, Integer> names = new HashMap<>();

  private LayerFinder(OnnxFile file) {
    this.file = file;
  }

  /**
   * Finds the layers of a model.
   *
   * @param groups how grouped convolutions become matrices
   * @throws io.github.parewire.message.ModelException if a value or a function depends on itself
   */
  public static Findings find(OnnxFile file, GroupMode groups) {
    String where = file.path().toString();
    Scope main = Scope.of(where, file.model());
    UseCollector collector = new UseCollector(where, groups);
    List<TensorUses> uses = collector.collect(main);
    LayerFinder finder = new LayerFinder(file);
    uses.forEach(finder::add);
    collector.vectors().forEach(finder::leave);
    Set<TensorProto> read = Collections.newSetFromMap(new IdentityHashMap<>());
    uses.forEach(use -> read.add(use.tensor().proto()));
    finder.addDead(collector.dead(), read);
    finder.addUnread(read);
    return new Findings(finder.layers, finder.left);
  }

  private void add(TensorUses uses) {
    TensorProto tensor = uses.tensor().proto();
    Optional<WeightUse> weight = uses.firstWeight();
    Optional<ElementType> type = ElementType.of(tensor.getDataType());
    if (weight.isEmpty()) {
      if (tensor.getDimsCount() >= 2 && (isFloatingPoint(tensor) || isWeightLike(uses))) {
        leave(uses.tensor(), String.join(", ", uses.otherwise()));
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

  private static boolean isMatrixOfFloats(TensorProto tensor) {
    return tensor.getDimsCount() >= 2 && isFloatingPoint(tensor);
  }

  private static boolean isFloatingPoint(TensorProto tensor) {
    return ElementType.of(tensor.getDataType()).filter(ElementType::isFloatingPoint).isPresent();
  }

  private Optional<String> obstacle(TensorUses uses) {
    return file.sharesBytes(uses.tensor().proto())
        ? Optional.of("shared: its external data overlaps that of another tensor")
        : uses.obstacle();
  }

  /** Integers are listed only where an operator could have called them a weight. */
  private static boolean isWeightLike(TensorUses uses) {
    return uses.otherwise().stream()
        .anyMatch(
            reason -> reason.startsWith("weight of ") || reason.matches(".*(Linear|Integer).*"));
  }

  /** Tensors that only branches read which never run; adds them to those that were read. */
  private void addDead(List<NamedTensor> dead, Set<TensorProto> read) {
    for (NamedTensor tensor : dead) {
      if (read.add(tensor.proto()) && isMatrixOfFloats(tensor.proto())) {
        leave(tensor, "read only in a branch of If that never runs");
      }
    }
  }

  /** Tensors that nothing reads, and sparse ones. */
  private void addUnread(Set<TensorProto> read) {
    for (TensorProto tensor : file.model().getGraph().getInitializerList()) {
      if (!read.contains(tensor) && isMatrixOfFloats(tensor)) {
        leave(new NamedTensor(tensor, tensor.getName()), "not read by any operator");
      }
    }
    file.model()
        .getGraph()
        .getSparseInitializerList()
        .forEach(
            sparse ->
                left.add(
                    new LeftTensor(
                        unique(sparse.getValues().getName()),
                        sparse.getDimsList(),
                        typeName(sparse.getValues()),
                        "sparse")));
  }

  private void leave(NamedTensor tensor, String reason) {
    TensorProto proto = tensor.proto();
    left.add(new LeftTensor(unique(tensor.name()), proto.getDimsList(), typeName(proto), reason));
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
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    return type == null ? "type " + tensor.getDataType() : LowerCase.of(type);
  }
}
