package io.github.parewire.report;

import io.github.parewire.rewire.RewiringRule;
import io.github.parewire.rewire.SelectionKind;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What decided the result of a run.
 *
 * @param seed the seed
 * @param sharedStream whether every layer drew from the seed's own stream
 * @param rule what matrices were rewired by
 * @param kernel what rewired
 * @param groups how grouped convolutions became matrices
 * @param include globs of tensors to rewire
 * @param exclude globs of tensors to leave
 * @param threads the number of threads, which changes no byte
 * @param check how weights were compared
 */
public record RunSettings(
    BigInteger seed,
    boolean sharedStream,
    RewiringRule rule,
    String kernel,
    String groups,
    List<String> include,
    List<String> exclude,
    int threads,
    String check) {

  /** Copies its arguments. */
  public RunSettings {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** Which passes were taken. */
  public String passes() {
    return LowerCase.of(rule.passes());
  }

  /** How strengths decided an order. */
  public String selection() {
    return LowerCase.of(rule.selection());
  }

  /** What drew orders; empty where nothing was drawn. */
  public Optional<String> sampler() {
    return draws() ? Optional.of(LowerCase.of(rule.sampler())) : Optional.empty();
  }

  /** Whether anything was drawn, so that seed and offset matter. */
  public boolean draws() {
    return rule.selection() == SelectionKind.DRAW;
  }
}
