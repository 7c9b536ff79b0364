package io.github.parewire.verify;

import io.github.parewire.onnx.AttributeProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.NodeProto;
import io.github.parewire.onnx.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sizes for the free dimensions of a model's inputs. The first dimension mostly counts samples, of
 * which one is enough; many models want more of the others, such as pixels.
 *
 * @param first of the first dimension
 * @param others of all others
 * @param ofOtherInputs of all others, in inputs but the first
 */
record FreeSizes(long first, long others, long ofOtherInputs) {

  /** What most models run with. */
  static final FreeSizes ONE = new FreeSizes(1, 1, 1);

  private static final List<Long> USUAL = List.of(1L, 8L, 32L, 224L);

  /** Sizes of the graph's own to try. */
  private static final int OWN = 4;

  private static final long LARGEST = 1 << 14;

  /** Longer constants are no shapes. */
  private static final int LONGEST = 8;

  /** Sizes to try, in order: usual ones, and those that stand in the graph the most often. */
  static List<FreeSizes> of(ModelProto model) {
    Map<Long, Integer> counts = new HashMap<>();
    integers(model)
        .filter(size -> size > 1 && size <= LARGEST)
        .forEach(size -> counts.merge(size, 1, Integer::sum));
    Set<FreeSizes> sizes = new LinkedHashSet<>();
    List<Long> all = new ArrayList<>(USUAL);
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<Long, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(OWN)
        .forEach(entry -> all.add(entry.getKey()));
    all.forEach(size -> sizes.add(new FreeSizes(1, size, size)));
    // A state of one sample.
    all.forEach(size -> sizes.add(new FreeSizes(1, size, 1)));
    // A first dimension that is a length.
    sizes.add(new FreeSizes(8, 8, 8));
    return List.copyOf(sizes);
  }

  private static Stream<Long> integers(ModelProto model) {
    Stream<TensorProto> initializers = model.getGraph().getInitializerList().stream();
    Stream<TensorProto> constants =
        model.getGraph().getNodeList().stream()
            .filter(node -> node.getOpType().equals("Constant"))
            .map(NodeProto::getAttributeList)
            .flatMap(List::stream)
            .filter(AttributeProto::hasT)
            .map(AttributeProto::getT);
    return Stream.concat(initializers, constants).flatMap(tensor -> integers(tensor).stream());
  }

  private static List<Long> integers(TensorProto tensor) {
    if (tensor.getDataType() != TensorProto.DataType.INT64_VALUE
        || tensor.getRawData().size() > LONGEST * Long.BYTES
        || tensor.getInt64DataCount() > LONGEST) {
      return List.of();
    }
    List<Long> values = new ArrayList<>(tensor.getInt64DataList());
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (raw.remaining() >= Long.BYTES) {
      values.add(raw.getLong());
    }
    return values;
  }
}
