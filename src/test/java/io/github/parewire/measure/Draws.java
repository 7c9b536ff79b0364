package io.github.parewire.measure;

import io.github.parewire.result.Fans;
import java.util.List;
import java.util.Random;

/**
 * An initializer as its framework documents it, written out once more, to draw weights from.
 *
 * @param name the name by which it must be recognized
 * @param family the shape of the distribution
 * @param scale a uniform distribution's bound, or the standard deviation before truncation
 */
record Draws(String name, Family family, Scale scale) {

  /** A scale that depends on the fans. */
  interface Scale {
    double of(double fanIn, double fanOut);
  }

  /** Of the standard normal distribution within two deviations. */
  private static final double TRUNCATED = 0.879_625_661_034_239_8;

  static final List<Draws> ALL =
      List.of(
          // torch: kaiming_uniform_(a=sqrt(5)), gain sqrt(2 / (1 + 5)), bound sqrt(3) gain /
          // sqrt(in)
          new Draws("torch default", Family.UNIFORM, (in, out) -> Math.sqrt(3.0 * 2 / 6 / in)),
          new Draws("Kaiming uniform", Family.UNIFORM, (in, out) -> Math.sqrt(6 / in)),
          new Draws("Kaiming normal", Family.NORMAL, (in, out) -> Math.sqrt(2 / in)),
          new Draws(
              "Kaiming truncated normal",
              Family.TRUNCATED_NORMAL,
              (in, out) -> Math.sqrt(2 / in) / TRUNCATED),
          new Draws("Kaiming fan-out normal", Family.NORMAL, (in, out) -> Math.sqrt(2 / out)),
          new Draws("Kaiming fan-out uniform", Family.UNIFORM, (in, out) -> Math.sqrt(6 / out)),
          new Draws("Xavier uniform", Family.UNIFORM, (in, out) -> Math.sqrt(6 / (in + out))),
          new Draws("Xavier normal", Family.NORMAL, (in, out) -> Math.sqrt(2 / (in + out))),
          new Draws(
              "Xavier truncated normal",
              Family.TRUNCATED_NORMAL,
              (in, out) -> Math.sqrt(2 / (in + out)) / TRUNCATED),
          new Draws("LeCun uniform", Family.UNIFORM, (in, out) -> Math.sqrt(3 / in)),
          new Draws("LeCun normal", Family.NORMAL, (in, out) -> Math.sqrt(1 / in)),
          new Draws(
              "LeCun truncated normal",
              Family.TRUNCATED_NORMAL,
              (in, out) -> Math.sqrt(1 / in) / TRUNCATED),
          new Draws("normal 0.01", Family.NORMAL, (in, out) -> 0.01),
          new Draws("normal 0.02", Family.NORMAL, (in, out) -> 0.02),
          new Draws("normal 0.05", Family.NORMAL, (in, out) -> 0.05),
          new Draws("truncated normal 0.02", Family.TRUNCATED_NORMAL, (in, out) -> 0.02),
          new Draws("uniform 0.05", Family.UNIFORM, (in, out) -> 0.05));

  /** A matrix of float32 weights. */
  double[][] matrix(Random random, int outputs, int inputs, Fans fans) {
    double of = scale.of((double) fans.in(), (double) fans.out());
    double[][] matrix = new double[outputs][inputs];
    for (double[] row : matrix) {
      for (int i = 0; i < inputs; i++) {
        row[i] = (float) (of * one(random));
      }
    }
    return matrix;
  }

  private double one(Random random) {
    return switch (family) {
      case UNIFORM -> 2 * random.nextDouble() - 1;
      case NORMAL -> random.nextGaussian();
      case TRUNCATED_NORMAL -> {
        double value = random.nextGaussian();
        while (Math.abs(value) > 2) {
          value = random.nextGaussian();
        }
        yield value;
      }
    };
  }

  double standardDeviation(Fans fans) {
    double of = scale.of((double) fans.in(), (double) fans.out());
    return switch (family) {
      case UNIFORM -> of / Math.sqrt(3);
      case NORMAL -> of;
      case TRUNCATED_NORMAL -> of * TRUNCATED;
    };
  }
}
