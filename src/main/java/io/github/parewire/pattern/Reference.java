package io.github.parewire.pattern;

import java.util.ArrayList;
import java.util.List;

/**
 * Names for each place of a grid another one, which holds an equal or an opposite weight if the
 * grid has a pattern of this kind.
 */
final class Reference {

  /** What becomes of an index on an axis. */
  private sealed interface Move {

    int apply(int index, int size);

    /** Some indices further, or none. */
    record Shift(int by) implements Move {
      @Override
      public int apply(int index, int size) {
        return index + by;
      }
    }

    /** The first of so many that follow each other. */
    record BlockStart(int block) implements Move {
      @Override
      public int apply(int index, int size) {
        return index - index % block;
      }
    }

    /** The last for the first, or for the second: so that the first stays, as in a period. */
    record Mirror(int fixed) implements Move {
      @Override
      public int apply(int index, int size) {
        return (size - 1 + fixed - index) % size;
      }
    }
  }

  private static final Move KEEP = new Move.Shift(0);
  private static final Move BEFORE = new Move.Shift(-1);
  private static final Move AFTER = new Move.Shift(1);
  private static final Move MIRROR = new Move.Mirror(0);
  private static final Move TURN = new Move.Mirror(1);

  private static final String REPEATED = "weights repeat in it";
  private static final String DIAGONAL = "its diagonals are of equal weights";
  private static final String MIRRORED = "its halves mirror each other";
  private static final String SYMMETRIC = "it is symmetric about a diagonal";

  private final String what;

  /** The axis that each axis's index is taken from. */
  private final int[] sources;

  private final Move[] moves;

  private Reference(String what, int[] sources, Move[] moves) {
    this.what = what;
    this.sources = sources;
    this.moves = moves;
  }

  /** All that are tried on a grid of a shape. */
  static List<Reference> of(int[] dims) {
    List<Reference> all = new ArrayList<>();
    Reference same = same(dims.length);
    for (int a = 0; a < dims.length; a++) {
      all.add(same.as(REPEATED).with(a, BEFORE));
      for (int part = 2; part < dims[a]; part++) {
        if (dims[a] % part == 0) {
          all.add(same.as(REPEATED).with(a, new Move.Shift(-part)));
          all.add(same.as(REPEATED).with(a, new Move.BlockStart(part)));
        }
      }
      all.add(same.as(MIRRORED).with(a, MIRROR));
      all.add(same.as(MIRRORED).with(a, TURN));
      for (int b = a + 1; b < dims.length; b++) {
        all.add(same.as(DIAGONAL).with(a, BEFORE).with(b, BEFORE));
        all.add(same.as(DIAGONAL).with(a, BEFORE).with(b, AFTER));
        all.add(same.as(MIRRORED).with(a, MIRROR).with(b, MIRROR));
        if (dims[a] == dims[b]) {
          all.add(same.as(SYMMETRIC).exchanged(a, b));
        }
      }
    }
    for (int line = 0; line < dims.length; line++) {
      addOfLineBefore(dims, line, all);
    }
    return all;
  }

  /** The line before, turned round or laid on its side. */
  private static void addOfLineBefore(int[] dims, int line, List<Reference> all) {
    Reference before = same(dims.length).as(REPEATED).with(line, BEFORE);
    for (int a = 0; a < dims.length; a++) {
      if (a != line) {
        all.add(before.with(a, MIRROR));
        for (int b = a + 1; b < dims.length; b++) {
          if (b != line && dims[a] == dims[b]) {
            all.add(before.exchanged(a, b));
          }
        }
      }
    }
  }

  private static Reference same(int rank) {
    int[] sources = new int[rank];
    Move[] moves = new Move[rank];
    for (int axis = 0; axis < rank; axis++) {
      sources[axis] = axis;
      moves[axis] = KEEP;
    }
    return new Reference("", sources, moves);
  }

  private Reference as(String pattern) {
    return new Reference(pattern, sources, moves);
  }

  private Reference with(int axis, Move move) {
    Move[] changed = moves.clone();
    changed[axis] = move;
    return new Reference(what, sources, changed);
  }

  private Reference exchanged(int a, int b) {
    int[] changed = sources.clone();
    changed[a] = sources[b];
    changed[b] = sources[a];
    return new Reference(what, changed, moves);
  }

  /** The pattern, for people. */
  String what() {
    return what;
  }

  /** What this names for each place of a grid, in row-major order: see {@link #place}. */
  int[] places(WeightGrid grid) {
    int[] places = new int[grid.size()];
    int[] index = new int[grid.rank()];
    for (int i = 0; i < places.length; i++) {
      places[i] = place(index, grid);
      advance(index, grid);
    }
    return places;
  }

  private static void advance(int[] index, WeightGrid grid) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < grid.dim(axis)) {
        return;
      }
      index[axis] = 0;
    }
  }

  /**
   * The place that this names.
   *
   * @param index of a place
   * @return its number in row-major order, or -1 if it is outside or does not come before
   */
  int place(int[] index, WeightGrid grid) {
    int own = 0;
    int named = 0;
    for (int axis = 0; axis < index.length; axis++) {
      int other = moves[axis].apply(index[sources[axis]], grid.dim(axis));
      if (other < 0 || other >= grid.dim(axis)) {
        return -1;
      }
      own += index[axis] * grid.stride(axis);
      named += other * grid.stride(axis);
    }
    return named < own ? named : -1;
  }
}
