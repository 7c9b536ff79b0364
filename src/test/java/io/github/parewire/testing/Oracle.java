package io.github.parewire.testing;

import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.RewiringRule;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/** What rewiring a tensor must give, by {@link NaiveRewiring}. */
public final class Oracle {

  /** The seed unless another is given. */
  public static final SeedSequence SEED = SeedSequence.of(BigInteger.valueOf(42));

  private static final RewiringRule AUTHORS = RewiringRule.AUTHORS;

  private Oracle() {}

  /**
   * A tensor, rewired.
   *
   * @param positions [slice][output neuron][input]: where each element is stored
   * @param stream the layer's stream; slice b of several has the stream's child b
   */
  public static Weights rewired(Weights weights, int[][][] positions, SeedSequence stream) {
    return rewired(weights, positions, stream, AUTHORS);
  }

  private static Weights rewired(
      Weights weights, int[][][] positions, SeedSequence stream, RewiringRule rule) {
    long[] bits = weights.bits();
    for (int slice = 0; slice < positions.length; slice++) {
      SeedSequence own = positions.length == 1 ? stream : stream.child(slice);
      rewire(weights, bits, positions[slice], own, rule);
    }
    return weights.withBits(bits);
  }

  /** A tensor [output neurons, inputs], rewired. */
  public static Weights rewired(Weights weights, SeedSequence stream) {
    return rewired(weights, stream, AUTHORS);
  }

  /** A tensor [output neurons, inputs], rewired by another rule. */
  public static Weights rewired(Weights weights, SeedSequence stream, RewiringRule rule) {
    int rows = weights.dims()[0];
    int columns = weights.dims()[1];
    int[][] positions = new int[rows][columns];
    for (int i = 0; i < rows * columns; i++) {
      positions[i / columns][i % columns] = i;
    }
    return rewired(weights, new int[][][] {positions}, stream, rule);
  }

  private static void rewire(
      Weights weights, long[] bits, int[][] at, SeedSequence stream, RewiringRule rule) {
    double[] values = weights.values();
    Map<Double, Long> patterns = new HashMap<>();
    double[][] matrix = new double[at.length][at[0].length];
    for (int r = 0; r < at.length; r++) {
      for (int c = 0; c < at[0].length; c++) {
        matrix[r][c] = values[at[r][c]];
        patterns.put(values[at[r][c]], bits[at[r][c]]);
      }
    }
    double[][] result = NaiveRewiring.rewire(matrix, stream, rule);
    for (int r = 0; r < at.length; r++) {
      for (int c = 0; c < at[0].length; c++) {
        bits[at[r][c]] = patterns.get(result[r][c]);
      }
    }
  }
}
