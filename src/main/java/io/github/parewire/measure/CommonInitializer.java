package io.github.parewire.measure;

import io.github.parewire.result.Fans;
import io.github.parewire.result.LayerStatistics;
import java.util.ArrayList;
import java.util.List;

/**
 * A distribution that frameworks draw initial weights from (torch.nn.init, keras.initializers,
 * jax.nn.initializers).
 *
 * @param name its name, such as Kaiming normal
 * @param family the distribution
 * @param standardDeviation its standard deviation
 * @param formula how the standard deviation, or a uniform distribution's bound, comes about; empty
 *     if it is fixed
 */
record CommonInitializer(String name, Family family, double standardDeviation, String formula) {

  /** Scales in common use that depend on no fan. */
  private static final List<Double> FIXED = List.of(0.01, 0.02, 0.05, 1.0);

  /** The common initializers of a layer, the more usual first. */
  static List<CommonInitializer> of(Fans fans) {
    List<CommonInitializer> all = new ArrayList<>(ofFans(fans, ""));
    if (fans.groups() > 1) {
      all.addAll(ofFans(fans.depthwise(), "Keras' depthwise "));
    }
    for (double scale : FIXED) {
      all.addAll(fixed(scale));
    }
    return all;
  }

  private static List<CommonInitializer> ofFans(Fans fans, String whose) {
    String in = whose + "fan-in";
    String out = whose + "fan-out";
    String sum = "(" + in + " + " + out + ")";
    double fanSum = (double) fans.in() + fans.out();
    List<CommonInitializer> all = new ArrayList<>();
    // Kaiming uniform with a = sqrt(5).
    all.add(uniform("torch default", 1.0 / fans.in(), "1/" + in));
    all.addAll(each("Kaiming", 2.0 / fans.in(), "2/" + in, "6/" + in));
    all.addAll(each("Xavier", 2 / fanSum, "2/" + sum, "6/" + sum));
    all.addAll(each("LeCun", 1.0 / fans.in(), "1/" + in, "3/" + in));
    all.addAll(each("Kaiming fan-out", 2.0 / fans.out(), "2/" + out, "6/" + out));
    all.add(uniform("scikit-learn logistic", 2 / fanSum, "2/" + sum));
    return all;
  }

  private static List<CommonInitializer> each(
      String name, double variance, String varianceText, String squaredBoundText) {
    double deviation = Math.sqrt(variance);
    String formula = "sqrt(" + varianceText + ")";
    return List.of(
        uniform(name + " uniform", 3 * variance, squaredBoundText),
        new CommonInitializer(name + " normal", Family.NORMAL, deviation, formula),
        new CommonInitializer(
            name + " truncated normal", Family.TRUNCATED_NORMAL, deviation, formula));
  }

  private static CommonInitializer uniform(String name, double squaredBound, String text) {
    return new CommonInitializer(
        name, Family.UNIFORM, Math.sqrt(squaredBound / 3), "sqrt(" + text + ")");
  }

  private static List<CommonInitializer> fixed(double scale) {
    return List.of(
        new CommonInitializer("normal " + scale, Family.NORMAL, scale, ""),
        new CommonInitializer(
            "truncated normal " + scale,
            Family.TRUNCATED_NORMAL,
            scale * Family.TRUNCATED_DEVIATION,
            ""),
        new CommonInitializer("uniform " + scale, Family.UNIFORM, scale / Math.sqrt(3), ""));
  }

  /** The mean log density of such weights. */
  double logDensity(LayerStatistics weights) {
    boolean isOutside =
        weights.largest() > family.bound(standardDeviation) * (1 + weights.resolution());
    return isOutside
        ? Double.NEGATIVE_INFINITY
        : family.logDensity(weights.meanSquare(), standardDeviation, weights.largest());
  }

  /** What the initializer gives, as against what the weights have. */
  String evidence(LayerStatistics weights) {
    String expected = formula.isEmpty() ? "" : formula + " = ";
    return family == Family.UNIFORM
        ? Numbers.text(
            "largest %s, bound %s%s", weights.largest(), expected, family.bound(standardDeviation))
        : Numbers.text(
            "standard deviation %s, expected %s%s",
            Math.sqrt(weights.meanSquare()), expected, standardDeviation);
  }
}
