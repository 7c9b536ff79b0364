package io.github.parewire.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.StrengthVariance;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ideal strength variance, against that of each order that a few weights could be in. */
final class LayerStatisticsTest {

  private static final double[] WEIGHTS = {0.5, -0.25, 1.5, 0.75, -2, 0.1, 0.1, 3};

  @ParameterizedTest
  @CsvSource({"1,2,3", "1,3,2", "1,1,5", "1,5,1", "2,2,2", "2,1,3", "2,3,1"})
  void idealIsTheMeanOverAllOrders(int slices, int rows, int columns) {
    double[] weights = java.util.Arrays.copyOf(WEIGHTS, slices * rows * columns);
    List<LayerStatistics> orders = new ArrayList<>();
    addOrders(weights, weights.length, slices, rows, columns, orders);
    assertMean(orders, StrengthVariance::input);
    assertMean(orders, StrengthVariance::output);
  }

  /** All orders of the first weights (Heap's algorithm). */
  private static void addOrders(
      double[] weights,
      int count,
      int slices,
      int rows,
      int columns,
      List<LayerStatistics> orders) {
    if (count == 1) {
      orders.add(statistics(weights, slices, rows, columns));
      return;
    }
    for (int i = 0; i < count; i++) {
      addOrders(weights, count - 1, slices, rows, columns, orders);
      int other = count % 2 == 0 ? i : 0;
      double last = weights[count - 1];
      weights[count - 1] = weights[other];
      weights[other] = last;
    }
  }

  private static LayerStatistics statistics(double[] weights, int slices, int rows, int columns) {
    WeightSums sums = new WeightSums(slices, rows, columns);
    for (int row = 0; row < slices * rows; row++) {
      int slice = row / rows;
      sums.addToRow(row, slice * columns, 1, weights, row * columns, columns);
    }
    return sums.statistics(0x1p-22);
  }

  private static void assertMean(
      List<LayerStatistics> orders, Function<StrengthVariance, OptionalDouble> side) {
    OptionalDouble ideal = side.apply(orders.get(0).idealStrengthVariance());
    OptionalDouble mean =
        orders.stream()
            .map(order -> side.apply(order.strengthVariance()))
            .flatMapToDouble(OptionalDouble::stream)
            .average();
    assertEquals(mean.isPresent(), ideal.isPresent());
    if (mean.isPresent()) {
      assertEquals(mean.getAsDouble(), ideal.getAsDouble(), 1e-12);
    }
  }
}
