package io.github.parewire.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A test of exchangeability by betting (Shafer, "Testing by betting", 2021). Independent draws from
 * any one distribution are exchangeable: of all orders of the weights none is likelier than
 * another, so that the next weight, seen from those before, is each of the remaining ones with
 * equal probability. A player bets on "what is at the place that a {@link Reference} names", at
 * fair odds. By chance the capital ever grows to {@code 2^bits} with a probability of at most
 * {@code 2^-bits} (Ville's inequality), whether the weights have two values, 256 or all different
 * ones.
 */
final class BettingEvidence {

  /** The stakes of the first bets: as if so many had been won and lost. */
  private static final double WON = 4;

  private static final double LOST = 0.5;

  /** Which part of those that do not agree by chance must agree. */
  private static final double PROMISING = 0.3;

  /** Which part of the bets is won in a pattern, at least. */
  private static final double PATTERN = 0.75;

  /** With so few weights one reference says little, and two together are tried. */
  static final int FEW = 64;

  private final WeightGrid grid;

  /** For each place the number of its size: 0 for weights of 0, the others as they come. */
  private final int[] sizes;

  /** How many weights of each size are left, those above and below 0. */
  private final int[] above;

  private final int[] below;

  private BettingEvidence(WeightGrid grid) {
    this.grid = grid;
    int[] numbers = new int[WeightGrid.SIZES];
    int count = 1;
    sizes = new int[grid.size()];
    for (int i = 0; i < sizes.length; i++) {
      int size = Math.abs(grid.symbol(i));
      if (size != 0 && numbers[size] == 0) {
        numbers[size] = count++;
      }
      sizes[i] = numbers[size];
    }
    above = new int[count];
    below = new int[count];
  }

  /**
   * What the best of all references shows, or, of few weights, the best two.
   *
   * @param references those of the grid's shape
   */
  static Evidence of(WeightGrid grid, References references) {
    return grid.size() <= FEW ? ofFew(grid, references) : ofMany(grid, references);
  }

  private static Evidence ofMany(WeightGrid grid, References references) {
    List<Reference> promising = new ArrayList<>();
    for (Probes probes : references.probes()) {
      if (isPromising(grid, probes)) {
        promising.add(probes.reference());
      }
    }
    if (promising.isEmpty()) {
      return Evidence.NONE;
    }
    BettingEvidence test = new BettingEvidence(grid);
    Evidence best = Evidence.NONE;
    for (Reference reference : promising) {
      int[] places = reference.places(grid);
      best = best.or(test.play(reference.what(), places, places));
    }
    // One player of many is the best by chance, too.
    return best.less(Evidence.log2(references.probes().size()));
  }

  private static Evidence ofFew(WeightGrid grid, References references) {
    BettingEvidence test = new BettingEvidence(grid);
    List<References.Places> all = references.distinct(grid);
    List<References.Places> patterns =
        all.stream().filter(places -> test.agreesMostly(places.named())).toList();
    double players = Evidence.log2(all.size());
    Evidence best = Evidence.NONE;
    for (References.Places first : patterns) {
      int[] named = first.named();
      // As if the pairs were one player more.
      best = best.or(test.play(first.what(), named, named).less(players + 1));
      for (References.Places second : patterns) {
        best = best.or(test.play(first.what(), named, second.named()).less(2 * players + 1));
      }
    }
    return best;
  }

  /** Whether the sizes at most places are those at the places named. */
  private boolean agreesMostly(int[] places) {
    int named = 0;
    int agree = 0;
    for (int i = 0; i < places.length; i++) {
      if (places[i] >= 0) {
        named++;
        agree += sizes[i] == sizes[places[i]] ? 1 : 0;
      }
    }
    return agree >= PATTERN * named;
  }

  /** Looks at a few places: most weights are draws, and this tells most of them. */
  private static boolean isPromising(WeightGrid grid, Probes probes) {
    int[] few = probes.few(grid);
    if (few.length == 2 * Probes.FEW && agreeing(grid, few) == 0) {
      // So many do not agree that the others can't make up for it.
      return false;
    }
    return new Agreement(grid, probes.many(grid)).isPromising();
  }

  /** How many places hold the weight, or its negative, that the place named for them holds. */
  private static int agreeing(WeightGrid grid, int[] pairs) {
    int agree = 0;
    for (int i = 0; i < pairs.length; i += 2) {
      agree += Math.abs(grid.symbol(pairs[i])) == Math.abs(grid.symbol(pairs[i + 1])) ? 1 : 0;
    }
    return agree;
  }

  /** How often pairs of weights agree, against how often those of others do. */
  private static final class Agreement {
    private final int[] sizes;
    private int zeros;
    private int zerosAgree;
    private int othersAgree;
    private int equal;
    private int opposite;

    Agreement(WeightGrid grid, int[] pairs) {
      sizes = new int[pairs.length / 2];
      for (int i = 0; i < sizes.length; i++) {
        int symbol = grid.symbol(pairs[2 * i]);
        int named = grid.symbol(pairs[2 * i + 1]);
        sizes[i] = Math.abs(symbol);
        if (symbol == 0) {
          zeros++;
          zerosAgree += named == 0 ? 1 : 0;
        } else {
          othersAgree += named != 0 ? 1 : 0;
          equal += symbol == named ? 1 : 0;
          opposite += symbol == -named ? 1 : 0;
        }
      }
    }

    boolean isPromising() {
      int all = sizes.length;
      int others = all - zeros;
      return isMore(zerosAgree, zeros, (double) zeros * zeros / all)
          || isMore(othersAgree, others, (double) others * others / all)
          || areSizesPromising(others);
    }

    private boolean areSizesPromising(int others) {
      if (equal + opposite < PROMISING * others) {
        // Too few even if none agreed by chance.
        return false;
      }
      double byChance = sameSizes();
      return isMore(equal + opposite, others, byChance)
          || isMore(Math.max(equal, opposite), others, byChance / 2);
    }

    /** How many that are not 0 are expected to agree with another one. */
    private double sameSizes() {
      Arrays.sort(sizes);
      int all = sizes.length;
      double same = 0;
      int from = zeros;
      for (int i = zeros; i <= all; i++) {
        if (i == all || sizes[i] != sizes[from]) {
          same += (double) (i - from) * (i - from) / Math.max(1, all);
          from = i;
        }
      }
      return same;
    }

    private static boolean isMore(int agree, int of, double byChance) {
      return of > 0 && agree > byChance + PROMISING * (of - byChance);
    }
  }

  /** Bets on statements of one kind. */
  private static final class Bets {
    private double nats;
    private int made;
    private int won;

    /**
     * Bets.
     *
     * @param odds the probability by chance
     */
    void bet(double odds, boolean isWon) {
      double stake = (won + WON) / (made + WON + LOST);
      if (stake > odds) {
        nats += Math.log(isWon ? stake / odds : (1 - stake) / (1 - odds));
      }
      made++;
      won += isWon ? 1 : 0;
    }

    boolean isPattern() {
      return made > 0 && won >= PATTERN * made;
    }

    double bits() {
      return isPattern() ? nats / Math.log(2) : 0;
    }

    int won() {
      return isPattern() ? won : 0;
    }
  }

  /** Bets on signs, where sizes agree: one player on equal ones, and one on opposite ones. */
  private static final class SignBets {
    private final Bets equal = new Bets();
    private final Bets opposite = new Bets();

    /**
     * Bets.
     *
     * @param odds the probability of equal signs by chance
     */
    void bet(double odds, boolean isEqual) {
      equal.bet(odds, isEqual);
      opposite.bet(1 - odds, !isEqual);
    }

    private Bets better() {
      return equal.nats > opposite.nats ? equal : opposite;
    }

    /** Less one, as of two players the better one is taken. */
    double bits() {
      return Math.max(0, better().bits() - 1);
    }

    int won() {
      return better().won();
    }
  }

  /** Goes through all places; where the first reference names none, the second may. */
  private Evidence play(String what, int[] first, int[] second) {
    Arrays.fill(above, 0);
    Arrays.fill(below, 0);
    for (int i = 0; i < sizes.length; i++) {
      side(i)[sizes[i]]++;
    }
    Bets zeros = new Bets();
    Bets nonZeros = new Bets();
    Bets ofSize = new Bets();
    SignBets firstSigns = new SignBets();
    SignBets secondSigns = new SignBets();
    for (int i = 0; i < sizes.length; i++) {
      int named = first[i] < 0 ? second[i] : first[i];
      if (named >= 0) {
        int all = sizes.length - i;
        int zerosLeft = above[0];
        if (zerosLeft > 0 && zerosLeft < all) {
          double odds = (double) zerosLeft / all;
          if (sizes[named] == 0) {
            zeros.bet(odds, sizes[i] == 0);
          } else {
            nonZeros.bet(1 - odds, sizes[i] != 0);
          }
        }
        if (sizes[named] != 0 && sizes[i] != 0) {
          int left = above[sizes[named]] + below[sizes[named]];
          if (left > 0 && left < all - zerosLeft) {
            ofSize.bet((double) left / (all - zerosLeft), sizes[i] == sizes[named]);
          }
          if (sizes[i] == sizes[named] && above[sizes[i]] > 0 && below[sizes[i]] > 0) {
            (first[i] < 0 ? secondSigns : firstSigns)
                .bet((double) side(named)[sizes[i]] / left, grid.symbol(named) == grid.symbol(i));
          }
        }
      }
      side(i)[sizes[i]]--;
    }
    double ofZeros = zeros.bits() + nonZeros.bits();
    double bits = ofZeros + ofSize.bits() + firstSigns.bits() + secondSigns.bits();
    // That most weights are not 0 is no part of a pattern.
    int won = zeros.won() + Math.max(ofSize.won(), firstSigns.won() + secondSigns.won());
    return new Evidence(
        bits, (double) won / sizes.length, ofZeros > bits / 2 ? "its zeros form a pattern" : what);
  }

  private int[] side(int place) {
    return grid.symbol(place) < 0 ? below : above;
  }
}
