package io.github.parewire.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.testing.NaiveRewiring;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What rewiring leaves of the strength variance, against what it does leave to random layers. */
final class ExpectedEffectTest {

  private static final int REPETITIONS = 30;

  @Test
  void isWhatRewiringDoes() {
    for (int[] shape : new int[][] {{48, 48}, {24, 96}, {96, 24}}) {
      for (double scale : new double[] {0.1, 0.5, 1, 3}) {
        int outputs = shape[0];
        int inputs = shape[1];
        double deviation = scale / Math.max(outputs, inputs);
        double[] kept = kept(deviation, outputs, inputs);
        String name = Arrays.toString(shape) + " " + scale;
        assertEquals(ExpectedEffect.kept(deviation, inputs, outputs), kept[0], 0.1, name);
        assertEquals(ExpectedEffect.kept(deviation, outputs, inputs), kept[1], 0.1, name);
      }
    }
  }

  /** Of the variance of inputs' strengths, and of outputs', over some layers. */
  private static double[] kept(double deviation, int outputs, int inputs) {
    Random random = Seeds.random("effect");
    double[] after = new double[2];
    for (int i = 0; i < REPETITIONS; i++) {
      double[][] matrix = new double[outputs][inputs];
      for (double[] row : matrix) {
        Arrays.setAll(row, c -> deviation * random.nextGaussian());
      }
      double[][] rewired = NaiveRewiring.rewire(matrix, SeedSequence.of(BigInteger.valueOf(i)));
      double[] rows = Arrays.stream(rewired).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
      double[] columns =
          IntStream.range(0, inputs)
              .mapToDouble(c -> Arrays.stream(rewired).mapToDouble(row -> row[c]).sum())
              .toArray();
      after[0] += variance(columns) / (outputs * deviation * deviation) / REPETITIONS;
      after[1] += variance(rows) / (inputs * deviation * deviation) / REPETITIONS;
    }
    return after;
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
  }
}
