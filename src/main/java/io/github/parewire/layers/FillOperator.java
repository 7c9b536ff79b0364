package io.github.parewire.layers;

import io.github.parewire.onnx.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Operators that make constants of a few numbers, or a few numbers of a constant. */
final class FillOperator {

  private static final Set<String> NAMES = Set.of("ConstantOfShape", "Range", "ReduceProd");

  private FillOperator() {}

  /** Whether an operator is one of them. */
  static boolean isOne(String operator) {
    return NAMES.contains(operator);
  }

  /**
   * Evaluates a node.
   *
   * @throws UnclearViewException if an input is not constant, or does not fit
   * @throws ArithmeticException on an overflow
   */
  static SmallConstant of(Operands operands) {
    return switch (operands.node().getOpType()) {
      case "ConstantOfShape" -> filled(operands);
      case "Range" -> range(operands);
      default -> product(operands);
    };
  }

  private static SmallConstant filled(Operands operands) {
    SmallConstant shape = operands.get(0);
    operands.requireThat(shape.type() == DataType.INT64 && shape.dims().size() == 1);
    SmallConstant value =
        operands
            .attribute("value")
            .map(given -> SmallConstant.of(given.getT()).orElseThrow(FillOperator::unread))
            .orElse(new SmallConstant(DataType.FLOAT, List.of(1L), List.of(0L)));
    operands.requireThat(value.values().size() == 1);
    int count = SmallConstant.count(shape.values());
    operands.requireThat(count >= 0);
    return new SmallConstant(
        value.type(), shape.values(), Collections.nCopies(count, value.values().get(0)));
  }

  private static UnclearViewException unread() {
    return new UnclearViewException("the value of ConstantOfShape is not read");
  }

  private static SmallConstant range(Operands operands) {
    List<SmallConstant> all = operands.all();
    DataType type = all.get(0).type();
    operands.requireThat(
        SmallConstant.isInteger(type)
            && all.stream().allMatch(one -> one.type() == type && one.values().size() == 1));
    long start = all.get(0).values().get(0);
    long limit = all.get(1).values().get(0);
    long delta = all.get(2).values().get(0);
    operands.requireThat(delta != 0);
    List<Long> values = new ArrayList<>();
    for (long at = start; delta > 0 ? at < limit : at > limit; at = Math.addExact(at, delta)) {
      values.add(at);
      operands.requireThat(SmallConstant.count(List.of((long) values.size())) >= 0);
    }
    return new SmallConstant(type, List.of((long) values.size()), values);
  }

  /** Axes are an attribute up to opset 17, then an input; without any all are meant. */
  private static SmallConstant product(Operands operands) {
    SmallConstant data = operands.get(0);
    operands.requireThat(data.type() == DataType.INT64 || data.type() == DataType.INT32);
    int rank = data.dims().size();
    Set<Integer> reduced = new TreeSet<>();
    for (long axis : operands.indices("axes", 1).orElse(List.of())) {
      reduced.add(operands.axis(axis, rank));
    }
    if (reduced.isEmpty()) {
      if (operands.integer("noop_with_empty_axes", 0) != 0) {
        return data;
      }
      for (int axis = 0; axis < rank; axis++) {
        reduced.add(axis);
      }
    }
    boolean isKept = operands.integer("keepdims", 1) != 0;
    List<Long> all = new ArrayList<>();
    List<Long> kept = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      boolean isReduced = reduced.contains(axis);
      all.add(isReduced ? 1 : data.dims().get(axis));
      if (isKept || !isReduced) {
        kept.add(all.get(axis));
      }
    }
    List<Long> products = new ArrayList<>(Collections.nCopies(SmallConstant.count(all), 1L));
    for (int place = 0; place < data.values().size(); place++) {
      int at = placeIn(all, data.dims(), place);
      products.set(at, Math.multiplyExact(products.get(at), data.values().get(place)));
    }
    operands.requireThat(products.stream().allMatch(p -> SmallConstant.fits(data.type(), p)));
    return new SmallConstant(data.type(), kept, products);
  }

  /** Where an element goes in a shape in which some axes have but one index. */
  private static int placeIn(List<Long> shape, List<Long> dims, int place) {
    int rest = place;
    int at = 0;
    int stride = 1;
    for (int axis = dims.size() - 1; axis >= 0; axis--) {
      int index = (int) (rest % dims.get(axis));
      rest /= dims.get(axis).intValue();
      at += shape.get(axis) == 1 ? 0 : index * stride;
      stride *= shape.get(axis).intValue();
    }
    return at;
  }
}
