package io.github.parewire.report;

import java.math.BigInteger;
import java.util.List;

/**
 * What decided the result of a run.
 *
 * @param seed the seed
 * @param sharedStream whether every layer drew from the seed's own stream
 * @param sampler how orders were drawn
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
    String sampler,
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
}
