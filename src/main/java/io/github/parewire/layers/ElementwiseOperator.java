package io.github.parewire.layers;

import io.github.parewire.onnx.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * Arithmetic, comparisons and logic, element by element, of constants whose shapes are brought
 * together (ONNX, "Multidirectional Broadcasting"). What overflows is given up, and so is a
 * fraction.
 */
final class ElementwiseOperator {

  /** Decides something of two elements. */
  private interface Relation {
    boolean holds(long a, long b);
  }

  /** Makes an element of one of each operand. */
  private interface Combination {
    long of(long[] elements);
  }

  private static final Map<String, LongUnaryOperator> UNARY =
      Map.of("Neg", Math::negateExact, "Abs", a -> a < 0 ? Math.negateExact(a) : a);

  private static final Map<String, LongBinaryOperator> ARITHMETIC =
      Map.of(
          "Add", Math::addExact,
          "Sub", Math::subtractExact,
          "Mul", Math::multiplyExact,
          "Max", Math::max,
          "Min", Math::min);

  private static final Map<String, Relation> RELATIONS =
      Map.of(
          "Less", (a, b) -> a < b,
          "LessOrEqual", (a, b) -> a <= b,
          "Greater", (a, b) -> a > b,
          "GreaterOrEqual", (a, b) -> a >= b);

  private static final Map<String, Relation> LOGIC =
      Map.of(
          "And", (a, b) -> a != 0 && b != 0,
          "Or", (a, b) -> a != 0 || b != 0,
          "Xor", (a, b) -> a != b);

  private ElementwiseOperator() {}

  /** Whether an operator is one of them. */
  static boolean isOne(String operator) {
    return UNARY.containsKey(operator)
        || ARITHMETIC.containsKey(operator)
        || RELATIONS.containsKey(operator)
        || LOGIC.containsKey(operator)
        || List.of("Div", "Equal", "Mod", "Not", "Where").contains(operator);
  }

  /**
   * Evaluates a node.
   *
   * @throws UnclearViewException if an input is not constant, or does not fit
   * @throws ArithmeticException on an overflow, or a division by zero
   */
  static SmallConstant of(Operands operands) {
    String operator = operands.node().getOpType();
    if (operator.equals("Where")) {
      return choose(operands);
    }
    List<SmallConstant> all = operands.all();
    DataType type = all.get(0).type();
    operands.requireThat(all.stream().allMatch(operand -> operand.type() == type));
    // Up to opset 6 an attribute said how shapes are brought together.
    operands.requireThat(
        operands.attribute("broadcast").isEmpty()
            || all.stream().allMatch(operand -> operand.dims().equals(all.get(0).dims())));
    boolean isTruth = type == DataType.BOOL;
    if (operator.equals("Not")) {
      operands.requireThat(isTruth);
      return combine(operands, type, all, e -> e[0] == 0 ? 1 : 0);
    }
    if (operator.equals("Equal")) {
      return relate(operands, all, (a, b) -> a == b);
    }
    if (LOGIC.containsKey(operator)) {
      operands.requireThat(isTruth);
      return relate(operands, all, LOGIC.get(operator));
    }
    operands.requireThat(!isTruth);
    if (RELATIONS.containsKey(operator)) {
      return relate(operands, all, RELATIONS.get(operator));
    }
    if (UNARY.containsKey(operator)) {
      LongUnaryOperator unary = UNARY.get(operator);
      return combine(operands, type, all, e -> unary.applyAsLong(e[0]));
    }
    return calculate(operands, all, arithmetic(operands, type));
  }

  private static LongBinaryOperator arithmetic(Operands operands, DataType type) {
    boolean isInteger = SmallConstant.isInteger(type);
    return switch (operands.node().getOpType()) {
      case "Div" -> isInteger ? (a, b) -> a / b : ElementwiseOperator::exactQuotient;
      case "Mod" -> {
        operands.requireThat(isInteger);
        // As C's remainder, or with the divisor's sign.
        yield operands.integer("fmod", 0) != 0 ? (a, b) -> a % b : Math::floorMod;
      }
      default -> ARITHMETIC.get(operands.node().getOpType());
    };
  }

  private static long exactQuotient(long a, long b) {
    if (a % b != 0) {
      throw new ArithmeticException("no integer");
    }
    return a / b;
  }

  /** Of more than two operands, as Max may have, the first two, then that and the next. */
  private static SmallConstant calculate(
      Operands operands, List<SmallConstant> all, LongBinaryOperator operator) {
    return combine(
        operands,
        all.get(0).type(),
        all,
        elements -> {
          long result = elements[0];
          for (int i = 1; i < elements.length; i++) {
            result = operator.applyAsLong(result, elements[i]);
          }
          return result;
        });
  }

  private static SmallConstant relate(
      Operands operands, List<SmallConstant> all, Relation relation) {
    return combine(operands, DataType.BOOL, all, e -> relation.holds(e[0], e[1]) ? 1 : 0);
  }

  private static SmallConstant choose(Operands operands) {
    List<SmallConstant> all = operands.all();
    DataType type = all.get(1).type();
    operands.requireThat(all.get(0).type() == DataType.BOOL && type == all.get(2).type());
    return combine(operands, type, all, e -> e[0] != 0 ? e[1] : e[2]);
  }

  private static SmallConstant combine(
      Operands operands, DataType type, List<SmallConstant> all, Combination combination) {
    List<Long> dims = broadcast(operands, all);
    long count = SmallConstant.count(dims);
    operands.requireThat(count >= 0);
    List<Long> values = new ArrayList<>();
    for (int place = 0; place < count; place++) {
      int at = place;
      values.add(
          combination.of(all.stream().mapToLong(operand -> operand.broadcast(dims, at)).toArray()));
    }
    operands.requireThat(values.stream().allMatch(value -> SmallConstant.fits(type, value)));
    return new SmallConstant(type, dims, values);
  }

  private static List<Long> broadcast(Operands operands, List<SmallConstant> all) {
    int rank = all.stream().mapToInt(operand -> operand.dims().size()).max().orElseThrow();
    return IntStream.range(0, rank)
        .mapToObj(
            axis -> {
              List<Long> sizes =
                  all.stream()
                      .map(operand -> operand.dim(axis, rank))
                      .filter(size -> size != 1)
                      .distinct()
                      .toList();
              operands.requireThat(sizes.size() <= 1);
              return sizes.isEmpty() ? 1L : sizes.get(0);
            })
        .toList();
  }
}
