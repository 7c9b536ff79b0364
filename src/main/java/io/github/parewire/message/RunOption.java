package io.github.parewire.message;

import java.util.Locale;

/**
 * The options of a run, each named after the component that holds it in {@code
 * io.github.parewire.options}.
 */
public enum RunOption {
  /** The seed of all random streams. */
  SEED,
  /** Whether every layer draws from the seed's own stream. */
  SHARED_STREAM,
  /** Which neurons are rewired. */
  PASSES,
  /** How strengths decide who receives which weight. */
  SELECTION,
  /** The constant in the probabilities. */
  OFFSET,
  /** How orders are drawn. */
  SAMPLER,
  /** Of how many random orders the best is taken. */
  DRAWS,
  /** What rewires. */
  KERNEL,
  /** Where it runs. */
  DEVICE,
  /** How many layers are at work at a time. */
  THREADS,
  /** How grouped convolutions become matrices. */
  GROUPS,
  /** Which layers to rewire. */
  INCLUDE,
  /** Which layers to leave. */
  EXCLUDE,
  /** How weights are compared. */
  CHECK,
  /** Whether the output is run for a proof. */
  RUN,
  /** Where the output is run. */
  RUN_ON,
  /** What shapes the model's inputs have in its trial run. */
  INPUT_SHAPES,
  /** Whether data files may have other names. */
  ALLOW_HARD_LINKS,
  /** Whether large initializers go to a data file. */
  SAVE_AS_EXTERNAL_DATA,
  /** What the data file, or the folder of data files, is called. */
  EXTERNAL_DATA,
  /** Whether each tensor gets a data file of its own. */
  ONE_FILE_PER_TENSOR,
  /** Where the rewired tensors go by themselves. */
  WEIGHTS_OUT,
  /** Whether a data file that is not the older model's may be replaced. */
  FORCE,
  /** Whether the report has hashes. */
  HASHES,
  /** Whether the report has what charts show. */
  SKETCHES;

  /** The component's name, such as allowHardLinks. */
  @Override
  public String toString() {
    String[] words = name().toLowerCase(Locale.ROOT).split("_", -1);
    StringBuilder camelCase = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      camelCase
          .append(words[i].substring(0, 1).toUpperCase(Locale.ROOT))
          .append(words[i], 1, words[i].length());
    }
    return camelCase.toString();
  }
}
