package io.github.parewire.measure;

import io.github.parewire.array.LineAxis;
import io.github.parewire.array.Matrix;
import io.github.parewire.array.MatrixLines;
import io.github.parewire.result.StrengthVariance;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The strengths of a layer's neurons, their signed sums of weights, in float64. Summed in Java, on
 * the array's own memory: ND4J would have to write the weights down as float64 first.
 */
public final class Strengths {

  /** Weights to hold on the heap at a time. */
  private static final int BLOCK = 1 << 14;

  private final double[] inputs;
  private final double[] outputs;
  private final int matrices;

  private Strengths(double[] inputs, double[] outputs, int matrices) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.matrices = matrices;
  }

  /**
   * Sums up a layer.
   *
   * @param matrices at least one, of one shape
   */
  public static Strengths of(List<Matrix> matrices) {
    List<Sums> sums = matrices.stream().map(Sums::new).toList();
    return new Strengths(
        sums.stream().flatMapToDouble(one -> DoubleStream.of(one.inputs())).toArray(),
        sums.stream().flatMapToDouble(one -> DoubleStream.of(one.outputs())).toArray(),
        matrices.size());
  }

  /** The strengths of the inputs, each summed over its column, matrix by matrix. */
  DoubleStream inputs() {
    return DoubleStream.of(inputs);
  }

  /** The strengths of the output neurons, each summed over its row, matrix by matrix. */
  DoubleStream outputs() {
    return DoubleStream.of(outputs);
  }

  /** How much they vary. */
  public StrengthVariance variance() {
    return StrengthVariance.of(inputs, outputs, matrices);
  }

  /** The sums of one matrix, line by line as they lie in memory. */
  private static final class Sums {
    private final boolean areRows;

    /** Over each line. */
    private final double[] lines;

    /** Over all lines, at each place in them. */
    private final double[] places;

    private Sums(Matrix matrix) {
      LineAxis axis = matrix.linesInMemory();
      MatrixLines all = new MatrixLines(matrix, axis);
      areRows = axis == LineAxis.ROWS;
      lines = new double[all.count()];
      places = new double[all.length()];
      addAll(all);
    }

    double[] inputs() {
      return areRows ? places : lines;
    }

    double[] outputs() {
      return areRows ? lines : places;
    }

    private void addAll(MatrixLines all) {
      int blockLines = Math.max(1, Math.min(lines.length, BLOCK / places.length));
      double[] block = new double[blockLines * places.length];
      for (int first = 0; first < lines.length; first += blockLines) {
        int count = Math.min(blockLines, lines.length - first);
        all.get(first, count, block);
        for (int i = 0; i < count; i++) {
          lines[first + i] = add(block, i * places.length);
        }
      }
    }

    /** Adds a line to the sums at its places and returns its sum; two sums hide the latency. */
    private double add(double[] weights, int from) {
      double even = 0;
      double odd = 0;
      int last = places.length - 1;
      for (int i = 0; i < last; i += 2) {
        places[i] += weights[from + i];
        places[i + 1] += weights[from + i + 1];
        even += weights[from + i];
        odd += weights[from + i + 1];
      }
      if (last % 2 == 0) {
        places[last] += weights[from + last];
        even += weights[from + last];
      }
      return even + odd;
    }
  }
}
