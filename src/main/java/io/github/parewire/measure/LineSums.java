package io.github.parewire.measure;

import io.github.parewire.result.Histogram;
import io.github.parewire.result.NeuronStrengths;
import io.github.parewire.result.NeuronStrengths.Neuron;
import io.github.parewire.result.Spread;
import java.util.stream.DoubleStream;

/** The sum of the weights, and of their squares, in each row of a matrix, or in each column. */
final class LineSums {

  private final double[] sums;
  private final double[] squares;

  LineSums(int lines) {
    sums = new double[lines];
    squares = new double[lines];
  }

  int lines() {
    return sums.length;
  }

  /** The sums themselves, to add to. */
  double[] sums() {
    return sums;
  }

  /** The sums of squares themselves, to add to. */
  double[] squares() {
    return squares;
  }

  void add(LineSums other) {
    for (int line = 0; line < lines(); line++) {
      sums[line] += other.sums[line];
      squares[line] += other.squares[line];
    }
  }

  /**
   * How much the lines differ.
   *
   * @param length weights in a line
   * @param mean of all weights
   * @param meanSquare of all weights
   * @param meanFourthPower of all weights
   */
  Spread spread(long length, double mean, double meanSquare, double meanFourthPower) {
    int lines = lines();
    double lineSquares = length * meanSquare;
    double strengths = 0;
    double strengthSquares = 0;
    double norms = 0;
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (int line = 0; line < lines; line++) {
      double strength = sums[line] - length * mean;
      double norm = squares[line];
      strengths += strength * strength;
      strengthSquares += sums[line] * sums[line];
      norms += (norm - lineSquares) * (norm - lineSquares);
      low = Math.min(low, norm);
      high = Math.max(high, norm);
    }
    double variance = meanSquare - mean * mean;
    double squaresVariance = meanFourthPower - meanSquare * meanSquare;
    return new Spread(
        lines,
        length,
        strengths / (lines - 1) / (length * variance),
        norms / (lines - 1) / (length * squaresVariance),
        (high - low) / lineSquares,
        strengthSquares / lines / lineSquares);
  }

  /**
   * The lines' strengths.
   *
   * @param matrices of how many matrices the lines are, those of one after those of the one before
   */
  NeuronStrengths strengths(int matrices) {
    double total = 0;
    int weakest = 0;
    int strongest = 0;
    for (int line = 0; line < lines(); line++) {
      total += sums[line];
      weakest = sums[line] < sums[weakest] ? line : weakest;
      strongest = sums[line] > sums[strongest] ? line : strongest;
    }
    double mean = total / lines();
    double squaresOfDeviations = 0;
    double cubes = 0;
    for (double sum : sums) {
      double deviation = sum - mean;
      squaresOfDeviations += deviation * deviation;
      cubes += deviation * deviation * deviation;
    }
    double variance = squaresOfDeviations / lines();
    return new NeuronStrengths(
        lines(),
        mean,
        cubes / lines() / (variance * Math.sqrt(variance)),
        neuron(weakest, matrices),
        neuron(strongest, matrices),
        Histogram.of(DoubleStream.of(sums), DoubleStream.empty()));
  }

  private Neuron neuron(int line, int matrices) {
    int neurons = lines() / matrices;
    return new Neuron(line / neurons, line % neurons, sums[line]);
  }
}
