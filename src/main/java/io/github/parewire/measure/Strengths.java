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
    List<Sums> sums = matrices.stream().map(Sums::of).toList();
    return new Strengths(
        sums.stream().flatMapToDouble(one -> DoubleStream.of(one.inputs)).toArray(),
        sums.stream().flatMapToDouble(one -> DoubleStream.of(one.outputs)).toArray(),
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

  /** The sums of one matrix. */
  private static final class Sums {
    final double[] inputs;
    final double[] outputs;

    private Sums(int inputs, int outputs) {
      this.inputs = new double[inputs];
      this.outputs = new double[outputs];
    }

    static Sums of(Matrix matrix) {
      MatrixLines rows = new MatrixLines(matrix, LineAxis.ROWS);
      Sums sums = new Sums(rows.length(), rows.count());
      sums.addAll(rows);
      return sums;
    }

    private void addAll(MatrixLines rows) {
      int blockRows = Math.max(1, Math.min(outputs.length, BLOCK / inputs.length));
      double[] block = new double[blockRows * inputs.length];
      for (int first = 0; first < outputs.length; first += blockRows) {
        int count = Math.min(blockRows, outputs.length - first);
        rows.get(first, count, block);
        for (int i = 0; i < count; i++) {
          outputs[first + i] = add(block, i * inputs.length);
        }
      }
    }

    /** Adds a row to the inputs' strengths and returns its sum; two sums hide the latency. */
    private double add(double[] weights, int from) {
      double even = 0;
      double odd = 0;
      int last = inputs.length - 1;
      for (int c = 0; c < last; c += 2) {
        inputs[c] += weights[from + c];
        inputs[c + 1] += weights[from + c + 1];
        even += weights[from + c];
        odd += weights[from + c + 1];
      }
      if (last % 2 == 0) {
        inputs[last] += weights[from + last];
        even += weights[from + last];
      }
      return even + odd;
    }
  }
}
