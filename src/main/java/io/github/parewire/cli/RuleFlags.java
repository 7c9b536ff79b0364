package io.github.parewire.cli;

import io.github.parewire.message.LowerCase;
import io.github.parewire.message.Message;
import io.github.parewire.message.RunOption;
import io.github.parewire.message.UsageException;
import io.github.parewire.options.KernelKind;
import io.github.parewire.options.Passes;
import io.github.parewire.options.RewiringRule;
import io.github.parewire.options.SamplerKind;
import io.github.parewire.options.Selection;
import io.github.parewire.options.StreamOptions;
import java.math.BigInteger;
import picocli.CommandLine.Option;

/** What matrices are rewired by. */
final class RuleFlags {

  /** The selections. */
  enum SelectionName {
    DRAW(Selection.Draw.NAME),
    GREEDY(Selection.Greedy.NAME),
    BEST_OF(Selection.BestOf.NAME);

    private final String word;

    SelectionName(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = StreamOptions.DEFAULT_SEED,
      description = "Seed of the random streams, 0 or more (default: ${DEFAULT-VALUE}).")
  private BigInteger seed;

  @Option(
      names = "--shared-stream",
      description =
          "Let every layer draw from one and the same stream, as calling the authors' code in a"
              + " loop does. It makes layers of one shape alike.")
  private boolean sharedStream;

  @Option(
      names = "--passes",
      paramLabel = "both|input|output",
      completionCandidates = Choices.BothOrOne.class,
      defaultValue = "both",
      description =
          "Which neurons to rewire, each in a pass of its own that makes their strengths alike: the"
              + " input neurons, by reordering each row of weights; then the output neurons, by"
              + " columns. Both are the authors' algorithm (default: ${DEFAULT-VALUE}).")
  private Passes passes;

  @Option(
      names = "--selection",
      paramLabel = "draw|greedy|best-of",
      completionCandidates = Choices.Selections.class,
      defaultValue = Selection.Draw.NAME,
      description =
          "Draw who receives the smallest weights, the strongest being the likeliest, as the authors"
              + " do; or let the strongest neuron have the smallest weight and so on, without any"
              + " chance; or take the best of some random orders (default: ${DEFAULT-VALUE}).")
  private SelectionName selection;

  @Option(
      names = "--offset",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "The constant in p = s + |min(s)| + X, by which neurons of strengths s are drawn, above 0."
              + " The smaller it is, the more strength decides (default: ${DEFAULT-VALUE}, the"
              + " authors').")
  private double offset;

  @Option(
      names = "--sampler",
      paramLabel = "reference|exponential",
      completionCandidates = Choices.Samplers.class,
      description =
          "Draw as the authors' code does, bit for bit, or by exponential variates: the same"
              + " distribution, other results (default: reference; exponential with --kernel"
              + " nd4j).")
  private SamplerKind sampler;

  @Option(
      names = "--draws",
      paramLabel = "K",
      description =
          "With best-of: how many random orders of a layer's weights are drawn, of which the one"
              + " whose strengths vary least is taken (default: 100).")
  private Integer draws;

  /**
   * The rule.
   *
   * @param kernel what rewires, which has a sampler of its own
   * @throws UsageException if an option tells how to draw, and nothing is drawn
   */
  RewiringRule rule(KernelKind kernel) {
    if (draws != null && selection != SelectionName.BEST_OF) {
      throw new UsageException(
          Message.of(
              Message.option(RunOption.DRAWS, draws),
              " is for ",
              Message.option(RunOption.SELECTION, Selection.BestOf.NAME)),
          Message.of("leave it out"));
    }
    return new RewiringRule(
        passes,
        switch (selection) {
          case DRAW ->
              new Selection.Draw(sampler == null ? kernel.defaultSampler() : sampler, offset);
          case GREEDY -> withoutProbabilities(new Selection.Greedy(), " draws nothing");
          case BEST_OF ->
              withoutProbabilities(
                  new Selection.BestOf(draws == null ? Selection.BestOf.DEFAULT_DRAWS : draws),
                  " draws whole orders, by no strength");
        });
  }

  private Selection withoutProbabilities(Selection without, String why) {
    // An offset that is none is said to be that, whatever it is for.
    Selection.Draw unused = new Selection.Draw(SamplerKind.REFERENCE, offset);
    if (sampler != null) {
      throw unused(without, why, Message.option(RunOption.SAMPLER, LowerCase.of(sampler)));
    }
    if (unused.offset() != Selection.Draw.AUTHORS_OFFSET) {
      throw unused(without, why, Message.option(RunOption.OFFSET, offset));
    }
    return without;
  }

  private static UsageException unused(Selection without, String why, Message.Part option) {
    return new UsageException(
        Message.of(Message.option(RunOption.SELECTION, without.name()), why),
        Message.of("leave out ", option));
  }

  StreamOptions streams() {
    return new StreamOptions(seed, sharedStream);
  }
}
