package io.github.parewire.options;

import io.github.parewire.message.UsageException;
import java.math.BigInteger;

/**
 * The random streams that orders are drawn from; without effect where nothing is drawn.
 *
 * @param seed the seed of all streams, 0 or more
 * @param sharedStream whether every layer draws from the seed's own stream, as with the authors'
 *     code called in a loop with one integer seed, rather than from a stream of its own
 */
public record StreamOptions(BigInteger seed, boolean sharedStream) {

  /** The seed unless another is given. */
  public static final String DEFAULT_SEED = "42";

  /** The seed 42, and a stream for each layer. */
  public static final StreamOptions DEFAULT =
      new StreamOptions(new BigInteger(DEFAULT_SEED), false);

  /**
   * Checks the seed.
   *
   * @throws UsageException if the seed is negative
   */
  public StreamOptions {
    if (seed.signum() < 0) {
      throw new UsageException("expected a seed of 0 or more, found " + seed);
    }
  }

  /**
   * A stream for each layer.
   *
   * @param seed 0 or more
   * @return the streams of that seed
   */
  public static StreamOptions ofSeed(long seed) {
    return new StreamOptions(BigInteger.valueOf(seed), false);
  }
}
