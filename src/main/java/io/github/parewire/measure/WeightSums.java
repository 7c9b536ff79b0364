package io.github.parewire.measure;

import io.github.parewire.result.Centrality;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.StrengthVariance;

/**
 * What one pass over a layer's weights adds up, in float64. Parts of a layer are summed apart and
 * added in their order, so that the result does not depend on threads.
 *
 * <p>Of matrices [slices, output neurons, inputs], row {@code slice * outputs + output} and column
 * {@code slice * inputs + input} are lines of their own.
 */
final class WeightSums {

  private final int slices;
  private final LineSums rows;
  private final LineSums columns;
  private long count;
  private long zeros;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double fourthPowers;

  /**
   * Begins with no weights.
   *
   * @param slices number of matrices
   * @param outputs rows of each
   * @param inputs columns of each
   */
  WeightSums(int slices, int outputs, int inputs) {
    this.slices = slices;
    rows = new LineSums(Math.multiplyExact(slices, outputs));
    columns = new LineSums(Math.multiplyExact(slices, inputs));
  }

  /** Adds weights of one row, every {@code step}-th column from {@code column} on. */
  void addToRow(int row, int column, int step, double[] weights, int from, int length) {
    addRun(rows, row, columns, column, step, weights, from, length);
  }

  /** Adds weights of one column, every {@code step}-th row from {@code row} on. */
  void addToColumn(int column, int row, int step, double[] weights, int from, int length) {
    addRun(columns, column, rows, row, step, weights, from, length);
  }

  /** All in one loop, so that each weight is loaded once and no sum waits for another. */
  private void addRun(
      LineSums across,
      int line,
      LineSums along,
      int first,
      int step,
      double[] weights,
      int from,
      int length) {
    double[] alongSums = along.sums();
    double[] alongSquares = along.squares();
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    long zero = 0;
    double low = min;
    double high = max;
    int at = first;
    for (int i = from; i < from + length; i++) {
      double weight = weights[i];
      double square = weight * weight;
      alongSums[at] += weight;
      alongSquares[at] += square;
      at += step;
      sum += weight;
      squares += square;
      fourth += square * square;
      if (weight < low) {
        low = weight;
      }
      if (weight > high) {
        high = weight;
      }
      if (weight == 0) {
        zero++;
      }
    }
    across.sums()[line] += sum;
    across.squares()[line] += squares;
    fourthPowers += fourth;
    min = low;
    max = high;
    zeros += zero;
    count += length;
  }

  /** Adds what was summed of another part of the same layer. */
  void add(WeightSums other) {
    rows.add(other.rows);
    columns.add(other.columns);
    count += other.count;
    zeros += other.zeros;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    fourthPowers += other.fourthPowers;
  }

  /**
   * The statistics of all weights that were added.
   *
   * @param resolution relative rounding error of the weights' type
   */
  LayerStatistics statistics(double resolution) {
    double mean = total(rows.sums()) / count;
    double meanSquare = total(rows.squares()) / count;
    return new LayerStatistics(
        count,
        zeros,
        min,
        max,
        mean,
        meanSquare,
        fourthPowers / count / (meanSquare * meanSquare),
        resolution,
        StrengthVariance.of(columns.sums(), rows.sums(), slices),
        columns.spread(count / columns.lines(), mean, meanSquare, fourthPowers / count),
        rows.spread(count / rows.lines(), mean, meanSquare, fourthPowers / count));
  }

  /** How central the neurons are, of all weights that were added. */
  Centrality centrality() {
    return new Centrality(columns.strengths(slices), rows.strengths(slices));
  }

  private static double total(double[] values) {
    double total = 0;
    for (double value : values) {
      total += value;
    }
    return total;
  }
}
