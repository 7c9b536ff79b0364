package io.github.parewire.pattern;

import io.github.parewire.layers.Findings;
import io.github.parewire.layers.Layer;
import io.github.parewire.parallel.ParallelTasks;
import io.github.parewire.result.FixedPattern;
import io.github.parewire.result.FixedPattern.Strength;
import io.github.parewire.result.MatrixShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Tells layers whose weights are a fixed filter, or another constant of the network's design, from
 * those whose weights are draws.
 *
 * <p>Draws, of whatever distribution, could as well stand in any other order. So what is looked for
 * is order, and not values: patterns that few of the orders of these very weights would show.
 */
public final class FixedFilters {

  /** Bits of evidence that is beyond doubt. */
  private static final double SURE = 10;

  /** The same of bets on few weights, which can't win more. */
  private static final double SURE_OF_FEW = 7;

  private static final double DOUBTFUL = 4;

  /** Which part of the weights must take part. */
  private static final double SHARE = 0.1;

  /** Layers that one thread looks at. */
  private static final int FEW = 256;

  private FixedFilters() {}

  /**
   * Looks at the weights of each layer, and adds what it sees. Of a few layers on one thread:
   * native libraries start beside it, and for threads of its own the allocator would keep memory of
   * their own.
   *
   * @param threads for many layers, how many look at a time
   * @return the same layers, those of fixed filters with an obstacle
   * @throws IOException if a file can't be read
   */
  public static Findings mark(Findings findings, int threads) throws IOException {
    List<Layer> layers = findings.layers();
    List<Callable<List<Layer>>> parts = new ArrayList<>();
    for (int from = 0; from < layers.size(); from += FEW) {
      List<Layer> part = layers.subList(from, Math.min(layers.size(), from + FEW));
      parts.add(() -> marked(part));
    }
    List<List<Layer>> marked =
        parts.size() > 1 ? ParallelTasks.run(threads, parts) : ParallelTasks.runParts(parts);
    return new Findings(
        marked.stream().flatMap(List::stream).toList(), findings.left(), findings.recurrent());
  }

  private static List<Layer> marked(List<Layer> layers) throws IOException {
    List<Layer> marked = new ArrayList<>();
    References.Recent references = new References.Recent();
    for (Layer layer : layers) {
      marked.add(pattern(layer, references).map(layer::withPattern).orElse(layer));
    }
    return marked;
  }

  private static Optional<FixedPattern> pattern(Layer layer, References.Recent references)
      throws IOException {
    MatrixShape matrix = layer.matrix();
    if (matrix.outputs() == 1 || matrix.inputs() == 1) {
      // Rewiring leaves these as they are, whatever they are.
      return Optional.empty();
    }
    WeightSample sample = new WeightSample(layer);
    Optional<WeightGrid> first = sample.first();
    return first.isEmpty() ? Optional.empty() : pattern(first.get(), sample.spread(), references);
  }

  /**
   * What weights show.
   *
   * @param dims their shape
   * @param weights finite, in row-major order
   * @return empty if they could be draws
   */
  public static Optional<FixedPattern> pattern(int[] dims, double[] weights) {
    return pattern(
        new WeightGrid(dims, weights.clone()), Optional.empty(), new References.Recent());
  }

  private static Optional<FixedPattern> pattern(
      WeightGrid weights, Optional<WeightGrid> spread, References.Recent references) {
    if (weights.isUniform()) {
      return Optional.empty();
    }
    Evidence bets = BettingEvidence.of(weights, references.of(weights));
    List<Evidence> strong =
        List.of(
            OneHotEvidence.of(weights),
            RepeatEvidence.of(weights),
            bets,
            spread.map(RepeatEvidence::ofRows).orElse(Evidence.NONE));
    Evidence wide = best(strong.stream().filter(evidence -> evidence.share() >= SHARE));
    if (wide.bits() >= SURE || isSureOfFew(weights, bets)) {
      return Optional.of(new FixedPattern(Strength.SURE, wide.what()));
    }
    Evidence weak = wide.or(ShuffleEvidence.of(weights)).or(SmallTableEvidence.of(weights));
    if (weak.bits() >= DOUBTFUL) {
      return Optional.of(new FixedPattern(Strength.DOUBTFUL, weak.what()));
    }
    Evidence any = best(strong.stream());
    return any.bits() >= SURE
        ? Optional.of(new FixedPattern(Strength.FAINT, any.what()))
        : Optional.empty();
  }

  private static boolean isSureOfFew(WeightGrid weights, Evidence bets) {
    return weights.size() <= BettingEvidence.FEW && bets.bits() >= SURE_OF_FEW;
  }

  private static Evidence best(Stream<Evidence> evidence) {
    return evidence.reduce(Evidence.NONE, Evidence::or);
  }
}
