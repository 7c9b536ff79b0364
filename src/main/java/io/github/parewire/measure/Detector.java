package io.github.parewire.measure;

import static java.util.Comparator.comparingDouble;

import io.github.parewire.result.Fans;
import io.github.parewire.result.FixedPattern;
import io.github.parewire.result.LayerStatistics;
import io.github.parewire.result.Likeness;
import io.github.parewire.result.Likeness.Kind;
import io.github.parewire.result.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tells what weights look like.
 *
 * <p>Fresh weights are independent draws from one distribution around 0. So their mean and kurtosis
 * are that distribution's, and neurons differ by chance alone: in norm, and in strength. Training
 * changes all of it. Each is a test whose statistic is about standard normal for fresh weights; the
 * limits are so far out that millions of fresh layers pass, and an effect has to be of some size,
 * too, so that rounding is none.
 */
public final class Detector {

  /** With fewer weights most distributions fit, and a test says little. */
  private static final int FEWEST = 32;

  /** Standard errors. */
  private static final double LIMIT = 6;

  /** Standard errors of the kurtosis upwards: its distribution is skewed. */
  private static final double KURTOSIS_LIMIT = 12;

  private static final double KURTOSIS_EFFECT = 0.02;

  /** In standard deviations of the weights; draws in 16-bit types are about half as far off. */
  private static final double MEAN_EFFECT = 0.01;

  /** In standard deviations of the others: of a billion normal weights none is beyond 7. */
  private static final double OUTLIER = 10;

  /** The least and the greatest are known, and no more. */
  private static final int MOST_OUTLIERS = 2;

  private static final double STRENGTHS_EFFECT = 1.1;
  private static final double NORMS_EFFECT = 1.15;

  /** Rewiring makes norms differ a little more than by chance. */
  private static final double REWIRED_NORMS_EFFECT = 2;

  /**
   * Strengths that vary so little, against chance, are a greedy selection's, which scatters norms.
   */
  private static final double GREEDY_STRENGTHS = 0.05;

  /** Equal norms of fewer lines could be chance. */
  private static final int FEWEST_ORTHOGONAL = 4;

  private static final double ORTHOGONAL_ERROR = 1e-5;

  /** Log likelihood, below the likeliest distribution's, that still makes an initializer fit. */
  private static final double FIT = 8;

  private final LayerStatistics weights;
  private final Fans fans;
  private final Optional<FixedPattern> pattern;

  private Detector(LayerStatistics weights, Fans fans, Optional<FixedPattern> pattern) {
    this.weights = weights;
    this.fans = fans;
    this.pattern = pattern;
  }

  /**
   * Judges the weights of a layer.
   *
   * @param pattern what they show, if they have been looked at
   */
  public static Likeness judge(LayerStatistics weights, Fans fans, Optional<FixedPattern> pattern) {
    return new Detector(weights, fans, pattern).judge();
  }

  private Likeness judge() {
    if (!weights.isFinite()) {
      return likeness(Kind.NOT_FINITE, "a weight is NaN or infinite, or too large to square");
    }
    if (weights.min() == weights.max()) {
      return likeness(Kind.CONSTANT, Numbers.text("all weights are %s", weights.min()));
    }
    return pattern.map(this::judge).orElseGet(this::judgeByStatistics);
  }

  private Likeness judge(FixedPattern found) {
    return switch (found.strength()) {
      case SURE -> likeness(Kind.FIXED_FILTER, found.what());
      case DOUBTFUL -> likeness(Kind.PERHAPS_FIXED_FILTER, found.what());
      case FAINT -> {
        Likeness likeness = judgeByStatistics();
        yield likeness.kind() == Kind.TRAINED
            ? likeness
            : likeness(Kind.PERHAPS_FIXED_FILTER, found.what());
      }
    };
  }

  private Likeness judgeByStatistics() {
    if (weights.weights() < FEWEST) {
      return likeness(Kind.UNCLEAR, "fewer than " + FEWEST + " weights");
    }
    if (isOrthogonal(weights.outputs(), weights.inputs())) {
      return likeness(Kind.ORTHOGONAL, "all outputs' weights have one norm and no correlation");
    }
    if (isOrthogonal(weights.inputs(), weights.outputs())) {
      return likeness(Kind.ORTHOGONAL, "all inputs' weights have one norm and no correlation");
    }
    Family family =
        Arrays.stream(Family.values()).max(comparingDouble(this::likelihood)).orElseThrow();
    List<String> against = against(family);
    return against.isEmpty()
        ? random(family)
        : outlier().orElseGet(() -> new Likeness(Kind.TRAINED, List.of(), false, against));
  }

  /**
   * The judgement if one weight, or the least and the greatest, lie so far out that the others make
   * more sense without. How lines differ can't be told then, for theirs differ by those weights.
   */
  private Optional<Likeness> outlier() {
    LayerStatistics rest = weights;
    List<String> evidence = new ArrayList<>();
    while (evidence.size() < MOST_OUTLIERS && rest.weights() > FEWEST) {
      double far = rest.max() > -rest.min() ? rest.max() : rest.min();
      rest = rest.withoutLargest();
      double deviations = Math.abs(far) / rest.standardDeviation();
      if (!(deviations > OUTLIER)) {
        return Optional.empty();
      }
      evidence.add(
          Numbers.text("a weight of %s is %s standard deviations of the others", far, deviations));
      if (new Detector(rest, fans, pattern).isOfAFamily()) {
        return Optional.of(new Likeness(Kind.OUTLIER, List.of(), false, evidence));
      }
    }
    return Optional.empty();
  }

  /** Whether the mean and the kurtosis are those of draws, of any family. */
  private boolean isOfAFamily() {
    return isMeanOfDraws() && Arrays.stream(Family.values()).anyMatch(this::isKurtosisOf);
  }

  private static Likeness likeness(Kind kind, String evidence) {
    return new Likeness(kind, List.of(), false, List.of(evidence));
  }

  /**
   * Whether lines are orthogonal and of one norm c: then the squared strengths across them sum up
   * to c, by {@code 1' W W' 1 = c 1' 1}, with independent weights hardly ever.
   */
  private boolean isOrthogonal(Spread lines, Spread across) {
    double error =
        ORTHOGONAL_ERROR
            + FEWEST_ORTHOGONAL * weights.resolution() / Math.sqrt((double) lines.length());
    return lines.lines() >= FEWEST_ORTHOGONAL
        && lines.normRange() < error
        && Math.abs(across.strengthSquares() - 1) < error;
  }

  private double likelihood(Family family) {
    double deviation = family.likeliest(weights.meanSquare(), weights.largest());
    return family.logDensity(weights.meanSquare(), deviation, weights.largest());
  }

  /** What speaks against independent draws. */
  private List<String> against(Family family) {
    List<String> against = new ArrayList<>();
    if (!isMeanOfDraws()) {
      against.add(
          Numbers.text(
              "the mean %s is %s standard errors from 0",
              weights.mean(), Math.abs(weights.mean()) / meanError()));
    }
    if (!isKurtosisOf(family)) {
      against.add(
          Numbers.text(
              "the kurtosis is %s, where normal weights have 3 and uniform ones 1.8",
              weights.kurtosis()));
    }
    addSpread(against, "outputs", weights.outputs(), family);
    addSpread(against, "inputs", weights.inputs(), family);
    return against;
  }

  private double meanError() {
    return weights.standardDeviation() / Math.sqrt((double) weights.weights());
  }

  private boolean isMeanOfDraws() {
    double limit = Math.max(LIMIT * meanError(), MEAN_EFFECT * weights.standardDeviation());
    return Math.abs(weights.mean()) <= limit;
  }

  private boolean isKurtosisOf(Family family) {
    double difference = weights.kurtosis() - family.kurtosis();
    double errors = difference / family.kurtosisError(weights.weights());
    return Math.abs(difference) < KURTOSIS_EFFECT || (errors > -LIMIT && errors < KURTOSIS_LIMIT);
  }

  private void addSpread(List<String> against, String whose, Spread spread, Family family) {
    if (!spread.exists()) {
      return;
    }
    if (spread.strengths() > STRENGTHS_EFFECT && SpreadZ.strengthsZ(spread) > LIMIT) {
      against.add(varies("strengths", whose, spread.strengths()));
    }
    double effect = isRewired() ? REWIRED_NORMS_EFFECT : NORMS_EFFECT;
    double z = SpreadZ.normsZ(spread, family);
    boolean isGreedy = hasLowStrengths(spread) && spread.strengths() < GREEDY_STRENGTHS;
    if ((!isGreedy && spread.norms() > effect && z > LIMIT)
        || (spread.norms() < 1 / effect && z < -LIMIT)) {
      against.add(varies("norms", whose, spread.norms()));
    }
  }

  private static String varies(String what, String whose, double ratio) {
    return Numbers.text("the %s of the %s vary %s times as much as by chance", what, whose, ratio);
  }

  /** Whether strengths vary less than those of independent weights could. */
  private boolean isRewired() {
    return hasLowStrengths(weights.inputs()) || hasLowStrengths(weights.outputs());
  }

  private static boolean hasLowStrengths(Spread spread) {
    return spread.exists()
        && spread.strengths() < 1 / STRENGTHS_EFFECT
        && SpreadZ.strengthsZ(spread) < -LIMIT;
  }

  private Likeness random(Family family) {
    List<CommonInitializer> fitting = fitting(likelihood(family));
    List<String> evidence = new ArrayList<>();
    Family shown = fitting.isEmpty() ? family : fitting.get(0).family();
    evidence.add(
        Numbers.text("%s: kurtosis %s, expected %s", shown, weights.kurtosis(), shown.kurtosis()));
    evidence.add(
        fitting.isEmpty()
            ? Numbers.text(
                "standard deviation %s, which is no common initializer's",
                weights.standardDeviation())
            : fitting.get(0).evidence(weights));
    if (isRewired()) {
      evidence.add(varies("strengths", "inputs", weights.inputs().strengths()));
      evidence.add(varies("strengths", "outputs", weights.outputs().strengths()));
    }
    List<String> names = fitting.stream().map(CommonInitializer::name).distinct().toList();
    return new Likeness(Kind.RANDOM, names, isRewired(), evidence);
  }

  /** The common initializers that could have made the weights, the likeliest first. */
  private List<CommonInitializer> fitting(double likeliest) {
    return CommonInitializer.of(fans).stream()
        .filter(one -> weights.weights() * (likeliest - one.logDensity(weights)) < FIT)
        .sorted(comparingDouble((CommonInitializer one) -> -one.logDensity(weights)))
        .toList();
  }
}
