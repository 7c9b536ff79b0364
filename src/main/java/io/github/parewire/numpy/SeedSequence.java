package io.github.parewire.numpy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The seed of one random stream, equal to numpy's {@code SeedSequence(seed, spawn_key=spawnKey)}.
 *
 * <p>The words of seed and spawn key are hashed into a pool of four 32-bit words, from which any
 * number of state words is generated (numpy NEP 19; M. E. O'Neill, "Developing a seed_seq
 * Alternative").
 *
 * @param seed the user's seed, zero or more, of any size
 * @param spawnKey numbers of the stream below the seed, each zero or more; empty for the seed's own
 *     stream
 */
public record SeedSequence(BigInteger seed, List<Integer> spawnKey) {

  private static final int POOL_WORDS = 4;
  private static final int INIT_A = 0x43b0d7e5;
  private static final int MULT_A = 0x931e8875;
  private static final int INIT_B = 0x8b51f9dd;
  private static final int MULT_B = 0x58f38ded;
  private static final int MIX_LEFT = 0xca01f9dd;
  private static final int MIX_RIGHT = 0x4973f715;

  /**
   * Checks and copies its arguments.
   *
   * @throws IllegalArgumentException if the seed or a spawn key is negative
   */
  public SeedSequence {
    if (seed.signum() < 0) {
      throw new IllegalArgumentException("seed must not be negative: " + seed);
    }
    spawnKey = List.copyOf(spawnKey);
    if (spawnKey.stream().anyMatch(key -> key < 0)) {
      throw new IllegalArgumentException("spawn keys must not be negative: " + spawnKey);
    }
  }

  /** The seed's own stream, without a spawn key. */
  public static SeedSequence of(BigInteger seed) {
    return new SeedSequence(seed, List.of());
  }

  /** The stream numbered {@code key} below this one. */
  public SeedSequence child(int key) {
    List<Integer> keys = new ArrayList<>(spawnKey);
    keys.add(key);
    return new SeedSequence(seed, keys);
  }

  /** A generator at the start of this stream, equal to numpy's {@code default_rng(this)}. */
  public Pcg64 generator() {
    long[] words = generateState(4);
    return new Pcg64(words[0], words[1], words[2], words[3]);
  }

  /**
   * Equal to numpy's {@code generate_state(count, uint64)}.
   *
   * @param count number of 64-bit words
   */
  long[] generateState(int count) {
    int[] pool = mixEntropy(assembleEntropy());
    int[] halves = new int[2 * count];
    int hash = INIT_B;
    for (int i = 0; i < halves.length; i++) {
      int value = pool[i % POOL_WORDS] ^ hash;
      hash *= MULT_B;
      value *= hash;
      halves[i] = value ^ (value >>> 16);
    }
    long[] words = new long[count];
    for (int i = 0; i < count; i++) {
      words[i] = Integer.toUnsignedLong(halves[2 * i]) | ((long) halves[2 * i + 1] << 32);
    }
    return words;
  }

  private int[] assembleEntropy() {
    List<Integer> words = new ArrayList<>(words32(seed));
    if (!spawnKey.isEmpty()) {
      // Without the padding, a short seed with a spawn key would equal a longer seed.
      while (words.size() < POOL_WORDS) {
        words.add(0);
      }
      words.addAll(spawnKey);
    }
    return words.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The value's 32-bit words, lowest first; one word for zero. */
  private static List<Integer> words32(BigInteger value) {
    List<Integer> words = new ArrayList<>();
    BigInteger rest = value;
    do {
      words.add(rest.intValue());
      rest = rest.shiftRight(32);
    } while (rest.signum() > 0);
    return words;
  }

  private static int[] mixEntropy(int[] entropy) {
    int[] pool = new int[POOL_WORDS];
    EntropyHash hash = new EntropyHash();
    for (int i = 0; i < POOL_WORDS; i++) {
      pool[i] = hash.mix(i < entropy.length ? entropy[i] : 0);
    }
    for (int from = 0; from < POOL_WORDS; from++) {
      for (int to = 0; to < POOL_WORDS; to++) {
        if (from != to) {
          pool[to] = combine(pool[to], hash.mix(pool[from]));
        }
      }
    }
    for (int from = POOL_WORDS; from < entropy.length; from++) {
      for (int to = 0; to < POOL_WORDS; to++) {
        pool[to] = combine(pool[to], hash.mix(entropy[from]));
      }
    }
    return pool;
  }

  private static int combine(int x, int y) {
    int result = MIX_LEFT * x - MIX_RIGHT * y;
    return result ^ (result >>> 16);
  }

  /** A hash whose constant moves on with every word. */
  private static final class EntropyHash {
    private int constant = INIT_A;

    int mix(int word) {
      int value = word ^ constant;
      constant *= MULT_A;
      value *= constant;
      return value ^ (value >>> 16);
    }
  }
}
