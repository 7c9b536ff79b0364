package io.github.parewire.testing;

import java.util.Random;

/**
 * Random numbers that are the same at every run. The seed is printed; {@code -Dtest.seed=N} gives
 * another.
 */
public final class Seeds {

  private static final long SEED = Long.getLong("test.seed", 20_240_607L);

  static {
    System.out.println("random test data: -Dtest.seed=" + SEED);
  }

  private Seeds() {}

  /** The random numbers of one case. */
  public static Random random(String name) {
    return new Random(SEED * 31 + name.hashCode());
  }
}
