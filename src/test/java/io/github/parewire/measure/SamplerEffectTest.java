package io.github.parewire.measure;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.array.Matrix;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.result.StrengthVariance;
import io.github.parewire.rewire.JavaKernel;
import io.github.parewire.testing.Seeds;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Both samplers lower the variance of strength alike. */
final class SamplerEffectTest {

  private static final int SEEDS = 10;

  /** Standard errors of the difference of two means; a larger one has a chance below 10^-4. */
  private static final double LIMIT = 5;

  @ParameterizedTest
  @CsvSource({"16,27", "64,64", "32,288", "200,50", "10,500"})
  void variancesAfterwardsAgreeWithinTheirSpread(int rows, int columns) {
    assertAgree(rows, columns, variance -> variance.input().orElseThrow());
    assertAgree(rows, columns, variance -> variance.output().orElseThrow());
  }

  private static void assertAgree(int rows, int columns, Function<StrengthVariance, Double> side) {
    double[] reference = variances(SamplerKind.REFERENCE, rows, columns, side);
    double[] exponential = variances(SamplerKind.EXPONENTIAL, rows, columns, side);
    double error = Math.sqrt((spread(reference) + spread(exponential)) / SEEDS);
    double difference = mean(reference) - mean(exponential);
    assertTrue(
        Math.abs(difference) < LIMIT * error,
        () -> mean(reference) + ", then " + mean(exponential) + ", standard error " + error);
  }

  private static double[] variances(
      SamplerKind sampler, int rows, int columns, Function<StrengthVariance, Double> side) {
    return IntStream.range(0, SEEDS)
        .mapToDouble(
            seed -> {
              INDArray weights = kaiming(seed, rows, columns);
              new JavaKernel(RewiringRule.authors(sampler))
                  .rewire(Matrix.of(weights), SeedSequence.of(BigInteger.valueOf(seed)));
              return side.apply(Strengths.of(List.of(Matrix.of(weights))).variance());
            })
        .toArray();
  }

  /** Kaiming's normal initialization: variance 2 / inputs. */
  private static INDArray kaiming(int seed, int rows, int columns) {
    Random random = Seeds.random("effect " + seed);
    float[] weights = new float[rows * columns];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / columns));
    }
    return Nd4j.createFromArray(weights).reshape('c', rows, columns);
  }

  private static double mean(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElseThrow();
  }

  private static double spread(double[] values) {
    double mean = mean(values);
    return IntStream.range(0, values.length)
            .mapToDouble(i -> (values[i] - mean) * (values[i] - mean))
            .sum()
        / (values.length - 1);
  }
}
