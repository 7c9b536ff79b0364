package io.github.parewire.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Operators that take elements of constants by their indices, and put constants together. */
final class IndexOperator {

  private static final Set<String> NAMES = Set.of("Concat", "Gather", "Slice");

  private IndexOperator() {}

  /** Whether an operator is one of them. */
  static boolean isOne(String operator) {
    return NAMES.contains(operator);
  }

  /**
   * Evaluates a node.
   *
   * @throws UnclearViewException if an input is not constant, or does not fit
   */
  static SmallConstant of(Operands operands) {
    return switch (operands.node().getOpType()) {
      case "Concat" -> concat(operands);
      case "Gather" -> gather(operands);
      default -> slice(operands);
    };
  }

  private static SmallConstant gather(Operands operands) {
    SmallConstant data = operands.get(0);
    int axis = operands.axis(operands.integer("axis", 0), data.dims().size());
    List<Long> taken =
        operands.indices(1).stream()
            .map(index -> (long) operands.axis(index, data.dims().get(axis).intValue()))
            .toList();
    List<Long> dims = new ArrayList<>(data.dims());
    dims.remove(axis);
    dims.addAll(axis, operands.get(1).dims());
    return take(operands, data, axis, taken).reshape(dims).orElseThrow();
  }

  /** Starts and so on are attributes up to opset 9, then inputs. */
  private static SmallConstant slice(Operands operands) {
    SmallConstant part = operands.get(0);
    List<Long> starts = operands.indices("starts", 1).orElse(List.of());
    List<Long> ends = operands.indices("ends", 2).orElse(List.of());
    int count = starts.size();
    List<Long> axes =
        operands.indices("axes", 3).orElseGet(() -> LongStream.range(0, count).boxed().toList());
    List<Long> steps =
        operands.has(4)
            ? operands.indices(4)
            : LongStream.generate(() -> 1).limit(count).boxed().toList();
    operands.requireThat(ends.size() == count && axes.size() == count && steps.size() == count);
    Set<Integer> cut = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      int axis = operands.axis(axes.get(i), part.dims().size());
      operands.requireThat(cut.add(axis));
      part =
          take(
              operands,
              part,
              axis,
              range(operands, starts.get(i), ends.get(i), steps.get(i), part.dims().get(axis)));
    }
    return part;
  }

  /** The indices from a start to an end, both brought within the axis (ONNX, Slice-13). */
  private static List<Long> range(Operands operands, long start, long end, long step, long size) {
    // ONNX Runtime goes backward to the first index if the end is the largest integer; the
    // specification does not.
    operands.requireThat(step > 0 || (step < 0 && size > 0 && end < Integer.MAX_VALUE));
    long last = step > 0 ? size : size - 1;
    long from = clamp(start < 0 ? start + size : start, 0, last);
    long to = clamp(end < 0 ? end + size : end, step > 0 ? 0 : -1, last);
    List<Long> indices = new ArrayList<>();
    // Shorter, lest it overflows: it leaves the axis all the same.
    long stride = clamp(step, -size - 1, size + 1);
    for (long at = from; step > 0 ? at < to : at > to; at += stride) {
      indices.add(at);
    }
    return indices;
  }

  private static long clamp(long index, long least, long most) {
    return Math.max(least, Math.min(most, index));
  }

  private static SmallConstant concat(Operands operands) {
    List<SmallConstant> all = operands.all();
    SmallConstant first = all.get(0);
    int rank = first.dims().size();
    operands.requireThat(operands.attribute("axis").isPresent());
    int axis = operands.axis(operands.integer("axis", 0), rank);
    List<Long> dims = new ArrayList<>(first.dims());
    dims.set(axis, 0L);
    for (SmallConstant one : all) {
      operands.requireThat(one.type() == first.type() && one.dims().size() == rank);
      dims.set(axis, dims.get(axis) + one.dims().get(axis));
      for (int i = 0; i < rank; i++) {
        operands.requireThat(i == axis || one.dims().get(i).equals(first.dims().get(i)));
      }
    }
    int outer = (int) ViewStep.product(dims.subList(0, axis));
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < outer; i++) {
      for (SmallConstant one : all) {
        int length = one.values().size() / outer;
        values.addAll(one.values().subList(i * length, (i + 1) * length));
      }
    }
    operands.requireThat(SmallConstant.count(dims) == values.size());
    return new SmallConstant(first.type(), dims, values);
  }

  /** Some indices of an axis, in the order given. */
  private static SmallConstant take(
      Operands operands, SmallConstant data, int axis, List<Long> indices) {
    List<Long> dims = new ArrayList<>(data.dims());
    dims.set(axis, (long) indices.size());
    operands.requireThat(SmallConstant.count(dims) >= 0);
    int size = data.dims().get(axis).intValue();
    int inner = (int) ViewStep.product(dims.subList(axis + 1, dims.size()));
    int outer = (int) ViewStep.product(dims.subList(0, axis));
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < outer; i++) {
      int block = i * size;
      for (long index : indices) {
        int from = (block + (int) index) * inner;
        values.addAll(data.values().subList(from, from + inner));
      }
    }
    return new SmallConstant(data.type(), dims, values);
  }
}
