package io.github.parewire.testing;

import static io.github.parewire.testing.Matrices.transposed;
import static java.util.Comparator.comparingDouble;

import io.github.parewire.numpy.Pcg64;
import io.github.parewire.numpy.SeedSequence;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.Selection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * The algorithm as the paper and numpy have it, line by line: slow, and the oracle of the fast one.
 * Of the program it uses the generator alone, which {@code GoldenDrawTest} compares with numpy's.
 */
public final class NaiveRewiring {

  private NaiveRewiring() {}

  /**
   * Rewires a matrix.
   *
   * @param matrix [output neurons, inputs]
   */
  public static double[][] rewire(double[][] matrix, SeedSequence stream) {
    return rewire(matrix, stream, RewiringRule.AUTHORS);
  }

  /**
   * Rewires a matrix.
   *
   * @param matrix [output neurons, inputs]
   * @param rule what to rewire by, with the reference sampler
   */
  public static double[][] rewire(double[][] matrix, SeedSequence stream, RewiringRule rule) {
    if (rule.selection() instanceof Selection.BestOf best) {
      return best(matrix, stream.generator(), best.draws(), rule.passes());
    }
    double[][] result = matrix;
    if (rule.passes() != Passes.OUTPUT) {
      result = pass(result, stream.generator(), rule);
    }
    if (rule.passes() != Passes.INPUT) {
      result = transposed(pass(transposed(result), stream.generator(), rule));
    }
    return result;
  }

  private static double[][] pass(double[][] matrix, Pcg64 random, RewiringRule rule) {
    int columns = matrix[0].length;
    double[][] result = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    double[] s = new double[columns];
    for (int r = 1; r < result.length; r++) {
      for (int c = 0; c < columns; c++) {
        s[c] += result[r - 1][c];
      }
      int[] order =
          rule.selection() instanceof Selection.Draw draw
              ? order(s, random, draw.offset())
              : greedy(s);
      double[] sorted = result[r].clone();
      Arrays.sort(sorted);
      for (int k = 0; k < columns; k++) {
        result[r][order[k]] = sorted[k];
      }
    }
    return result;
  }

  /** One draw of all columns: the authors' p, and numpy's choice. */
  public static int[] order(double[] s, Pcg64 random, double offset) {
    double shift = Math.abs(Arrays.stream(s).min().orElseThrow());
    double[] p = Arrays.stream(s).map(strength -> strength + shift + offset).toArray();
    double sum = pairwiseSum(p);
    return choice(random, Arrays.stream(p).map(weight -> weight / sum).toArray());
  }

  /** The strongest first, of equal ones the last. */
  private static int[] greedy(double[] s) {
    return IntStream.range(0, s.length)
        .boxed()
        .sorted(comparingDouble((Integer c) -> s[c]).thenComparing(c -> c).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The one of some orders of all weights whose strengths vary least. */
  private static double[][] best(double[][] matrix, Pcg64 random, int draws, Passes passes) {
    IntSupplier words = halves(random);
    double[][] best = matrix;
    double least = Double.POSITIVE_INFINITY;
    for (int draw = 0; draw < draws; draw++) {
      double[][] drawn = permuted(matrix, words);
      double inputs = variance(drawn);
      double outputs = variance(transposed(drawn));
      double variance =
          switch (passes) {
            case BOTH -> (inputs + outputs) / 2;
            case INPUT -> inputs;
            case OUTPUT -> outputs;
          };
      if (variance < least) {
        least = variance;
        best = drawn;
      }
    }
    return best;
  }

  /** numpy's {@code next_uint32}: a word's lower half, then its upper. */
  private static IntSupplier halves(Pcg64 random) {
    Deque<Integer> kept = new ArrayDeque<>();
    return () -> {
      if (kept.isEmpty()) {
        long word = random.nextLong();
        kept.add((int) word);
        kept.add((int) (word >>> 32));
      }
      return kept.remove();
    };
  }

  /** numpy's {@code Generator.permutation(matrix.ravel())}. */
  private static double[][] permuted(double[][] matrix, IntSupplier words) {
    int columns = matrix[0].length;
    double[] flat = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    for (int i = flat.length - 1; i > 0; i--) {
      int mask = Integer.highestOneBit(i) * 2 - 1;
      int j;
      do {
        j = words.getAsInt() & mask;
      } while (j > i);
      double moved = flat[i];
      flat[i] = flat[j];
      flat[j] = moved;
    }
    double[][] result = new double[matrix.length][];
    Arrays.setAll(result, r -> Arrays.copyOfRange(flat, r * columns, (r + 1) * columns));
    return result;
  }

  /** numpy's {@code var(ddof=1)} of the sums of columns, or 0 of one. */
  private static double variance(double[][] matrix) {
    double[] sums = new double[matrix[0].length];
    for (double[] row : matrix) {
      for (int c = 0; c < sums.length; c++) {
        sums[c] += row[c];
      }
    }
    double mean = pairwiseSum(sums) / sums.length;
    double squares =
        pairwiseSum(Arrays.stream(sums).map(sum -> (sum - mean) * (sum - mean)).toArray());
    return sums.length > 1 ? squares / (sums.length - 1) : 0;
  }

  /** numpy's {@code Generator.choice(len(p), size=len(p), replace=False, p=p)}. */
  private static int[] choice(Pcg64 random, double[] p) {
    double[] left = p.clone();
    List<Integer> found = new ArrayList<>();
    while (found.size() < p.length) {
      double[] x = new double[p.length - found.size()];
      Arrays.setAll(x, i -> random.nextDouble());
      found.forEach(column -> left[column] = 0);
      double[] cdf = new double[left.length];
      double sum = 0;
      for (int i = 0; i < cdf.length; i++) {
        sum += left[i];
        cdf[i] = sum;
      }
      double last = sum;
      double[] share = Arrays.stream(cdf).map(value -> value / last).toArray();
      Arrays.stream(x).mapToInt(u -> searchSortedRight(share, u)).distinct().forEach(found::add);
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The first place whose number is above a value. */
  private static int searchSortedRight(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static double pairwiseSum(double[] values) {
    int count = values.length;
    if (count < 8) {
      return sequentialSum(values);
    }
    if (count > 128) {
      int half = count / 2 - count / 2 % 8;
      return pairwiseSum(Arrays.copyOf(values, half))
          + pairwiseSum(Arrays.copyOfRange(values, half, count));
    }
    double[] lanes = new double[8];
    int whole = count - count % 8;
    for (int i = 0; i < whole; i++) {
      lanes[i % 8] = i < 8 ? values[i] : lanes[i % 8] + values[i];
    }
    double sum =
        ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
            + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    for (int i = whole; i < count; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static double sequentialSum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
