package io.github.parewire.lockstep;

import io.github.parewire.rewire.ExponentialKeys;
import java.util.Arrays;

/**
 * Where the columns of several lines lie in one flat array, so that one operation serves them all.
 *
 * <p>A segment is the line of one matrix. Segments follow each other, each filled up to whole
 * blocks of {@link #BLOCK}, and the array is filled up with blocks to a power of two, which is what
 * a GPU sorts well. What fills up sorts behind the columns of its segment.
 *
 * <p>One sort sorts every segment within its own bounds, since a sort key holds, from the top, the
 * number of the segment, the key that columns are drawn by ({@link ExponentialKeys}), and the
 * column's place in the array, from which a column's place in the order is read off afterwards.
 */
final class LockstepLayout {

  /** Columns in a block. */
  static final int BLOCK = 32;

  /** Bits of a sort key for the place in the array. */
  static final int PLACE_BITS = 22;

  /** Bits of a sort key below the number of the segment. */
  static final int SEGMENT_SHIFT = PLACE_BITS + ExponentialKeys.BITS;

  /** Most segments, without the one of what fills up; the sign bit stays 0. */
  static final int MOST_SEGMENTS = (1 << (Long.SIZE - 1 - SEGMENT_SHIFT)) - 1;

  /** Most places. */
  static final int MOST_PLACES = 1 << PLACE_BITS;

  private final int[] lengths;

  /** The first block of each segment, then the first that fills up. */
  private final int[] firstBlock;

  private final int blocks;

  /**
   * Lays segments out.
   *
   * @param lengths number of columns of each, at most {@link #MOST_SEGMENTS} of them
   */
  LockstepLayout(int[] lengths) {
    this.lengths = lengths.clone();
    firstBlock = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      firstBlock[i + 1] = firstBlock[i] + blocks(lengths[i]);
    }
    blocks = powerOfTwo(firstBlock[lengths.length]);
    if (lengths.length > MOST_SEGMENTS || places() > MOST_PLACES) {
      throw new IllegalArgumentException(lengths.length + " segments, " + places() + " places");
    }
  }

  /** Blocks that a number of columns takes. */
  static int blocks(int columns) {
    return (columns - 1) / BLOCK + 1;
  }

  /** The least power of two that is not below a number of at least 1. */
  static int powerOfTwo(int number) {
    return number == 1 ? 1 : Integer.highestOneBit(number - 1) << 1;
  }

  /** Number of blocks in the array. */
  int blocks() {
    return blocks;
  }

  /** Number of places in the array. */
  int places() {
    return blocks * BLOCK;
  }

  /** Where a segment begins. */
  int start(int segment) {
    return firstBlock[segment] * BLOCK;
  }

  /** Number of segments, with the one of what fills up, which is the last. */
  int segments() {
    return lengths.length + 1;
  }

  /** The segment of each block. */
  long[] segmentOfBlock() {
    long[] segments = new long[blocks];
    Arrays.fill(segments, lengths.length);
    for (int i = 0; i < lengths.length; i++) {
      Arrays.fill(segments, firstBlock[i], firstBlock[i + 1], i);
    }
    return segments;
  }

  /** The most blocks that a segment has. */
  int mostBlocks() {
    int most = 1;
    for (int i = 0; i < lengths.length; i++) {
      most = Math.max(most, firstBlock[i + 1] - firstBlock[i]);
    }
    return most;
  }

  /**
   * The blocks of each segment, filled up with its first block: [segments, most blocks]. Blocks
   * that fill up the array are all alike, so that one stands for all.
   */
  long[] blocksOfSegment() {
    int width = mostBlocks();
    long[] numbers = new long[segments() * width];
    for (int i = 0; i < segments(); i++) {
      int first = Math.min(firstBlock[i], blocks - 1);
      int count = i < lengths.length ? firstBlock[i + 1] - first : 1;
      for (int k = 0; k < width; k++) {
        numbers[i * width + k] = k < count ? (long) first + k : first;
      }
    }
    return numbers;
  }

  /** What each place adds to the key of its column to make it a sort key. */
  long[] sortKeyBase() {
    long[] base = new long[places()];
    long behind = ((1L << ExponentialKeys.BITS) - 1) << PLACE_BITS;
    long[] segments = segmentOfBlock();
    for (int place = 0; place < base.length; place++) {
      int segment = (int) segments[place / BLOCK];
      boolean isColumn = isColumn(segment, place);
      base[place] = (long) segment << SEGMENT_SHIFT | (isColumn ? 0 : behind) | place;
    }
    return base;
  }

  private boolean isColumn(int segment, int place) {
    return segment < lengths.length && place < start(segment) + lengths[segment];
  }

  /**
   * Strengths to begin with.
   *
   * @param strengths of each segment's columns
   * @return a strength for each place: infinite for what fills up, which so is no minimum, and
   *     whose key is 0
   */
  double[] spread(double[][] strengths) {
    double[] all = new double[places()];
    Arrays.fill(all, Double.POSITIVE_INFINITY);
    for (int i = 0; i < strengths.length; i++) {
      System.arraycopy(strengths[i], 0, all, start(i), lengths[i]);
    }
    return all;
  }
}
