/*
 * Preferential-attachment rewiring (arXiv 2207.08148) with numpy's choice without replacement, to the
 * last bit. A work-group rewires a matrix, line by line; a kernel of its own has sorted the lines.
 *
 * Set when it is compiled:
 *   WEIGHT          float or double
 *   BITS            the unsigned type as wide as WEIGHT
 *   GROUP           work-items in a group: a power of two from 16 to 1024
 *   ROW             the power of two that is the root of GROUP, or the one above that
 *   FIRST_IN_LOCAL  1 if a line's first draws fit in local memory, else 0
 *   SORT_LOCAL      weights that sort_lines sorts in local memory: a power of two
 */

#ifndef SLACK /* what tests set otherwise: 0 to trust every look-up, much to trust none */
#define SLACK 1.0
#endif

#define NO_DRAW 0xffffffffu

/* The numbers that describe a matrix. */
#define FACTS 8
#define START 0         /* its first weight in the buffer */
#define LINES 1         /* how many lines it has */
#define LENGTH 2        /* the weights in a line */
#define SCRATCH 3       /* its first byte of scratch memory: LENGTH times SCRATCH_BYTES */
#define STATE_HIGH 4    /* the PCG64 generator at the start of its stream */
#define STATE_LOW 5
#define INCREMENT_HIGH 6
#define INCREMENT_LOW 7

/* How far a matrix has come, from one launch to the next. */
#define MARKS 4
#define LINE 0          /* lines that are done */
#define DRAWN 1         /* uniforms that are used up */
#define IN_ORDER 2      /* rounds that had to add up in order */
#define UNFIT 3         /* 1 if a probability was 0 or no number */

#define SCRATCH_BYTES 56

/* A line costs about as much as this many weights before its first. */
#define LINE_COST 2048

/* ---- PCG64 (XSL RR 128/64), as numpy has it ---- */

typedef struct {
  uint64 high;
  uint64 low;
} wide;

/* x -> factor x + term */
typedef struct {
  wide factor;
  wide term;
} affine;

FUNCTION wide product(wide a, wide b) {
  wide r;
  r.low = a.low * b.low;
  r.high = HIGH_PRODUCT(a.low, b.low) + a.high * b.low + a.low * b.high;
  return r;
}

FUNCTION wide total(wide a, wide b) {
  wide r;
  r.low = a.low + b.low;
  r.high = a.high + b.high + (r.low < a.low ? 1 : 0);
  return r;
}

FUNCTION wide take(affine s, wide x) {
  return total(product(s.factor, x), s.term);
}

/* A step taken so many times, as one step (F. Brown, "Random number generation with arbitrary strides", 1994). */
FUNCTION affine repeat(affine once, uint64 times) {
  affine all;
  all.factor.high = 0;
  all.factor.low = 1;
  all.term.high = 0;
  all.term.low = 0;
  for (; times > 0; times >>= 1) {
    if (times & 1) {
      all.term = take(once, all.term);
      all.factor = product(once.factor, all.factor);
    }
    once.term = take(once, once.term);
    once.factor = product(once.factor, once.factor);
  }
  return all;
}

FUNCTION double uniform(wide x) {
  uint64 folded = x.high ^ x.low;
  int turn = (int) (x.high >> 58);
  uint64 bits = (folded >> turn) | (folded << ((64 - turn) & 63));
  return (double) (bits >> 11) * (1.0 / 9007199254740992.0);
}

/* ---- what a group works out together ---- */

/* Item t's place in a list of all items: with a gap after each row, so that rows lie in other banks. */
#define PLACE(t) ((t) + (t) / ROW)
#define PLACES (GROUP + GROUP / ROW)
#define ROWS (GROUP / ROW)

typedef struct {
  double before;    /* the sum of the items before */
  double after;     /* with the item's own: to the bit what the next item has before */
  double total;
  uint64 countBefore;
  uint64 countTotal;
} prefix;

/*
 * Sums up by rows of items, then inside of each. The sums never fall from one item to the next if no
 * number is negative. Two barriers; none may have been passed since the lists were last read by others.
 */
FUNCTION prefix scan(
    LOCAL double *sums,
    LOCAL double *rowSums,
    LOCAL uint64 *counts,
    LOCAL uint64 *rowCounts,
    double mine,
    uint64 count) {
  const int t = ITEM;
  sums[PLACE(t)] = mine;
  counts[PLACE(t)] = count;
  BARRIER;
  if (t < ROWS) {
    double rowSum = 0.0;
    uint64 rowCount = 0;
    for (int i = 0; i < ROW; i++) {
      rowSum += sums[PLACE(t * ROW) + i];
      rowCount += counts[PLACE(t * ROW) + i];
    }
    rowSums[t] = rowSum;
    rowCounts[t] = rowCount;
  }
  BARRIER;
  prefix p;
  const int row = t / ROW;
  double above = 0.0;
  p.total = 0.0;
  p.countBefore = 0;
  p.countTotal = 0;
  for (int i = 0; i < ROWS; i++) {
    if (i == row) {
      above = p.total;
      p.countBefore = p.countTotal;
    }
    p.total += rowSums[i];
    p.countTotal += rowCounts[i];
  }
  double inRow = 0.0;
  for (int i = row * ROW; i < t; i++) {
    inRow += sums[PLACE(i)];
    p.countBefore += counts[PLACE(i)];
  }
  p.before = above + inRow;
  p.after = above + (inRow + mine);
  return p;
}

/* The least number. Three barriers. */
FUNCTION double least(LOCAL double *numbers, LOCAL double *rowLeasts, double mine) {
  const int t = ITEM;
  numbers[PLACE(t)] = mine;
  BARRIER;
  if (t < ROWS) {
    double rowLeast = numbers[PLACE(t * ROW)];
    for (int i = 1; i < ROW; i++) {
      double number = numbers[PLACE(t * ROW) + i];
      rowLeast = number < rowLeast ? number : rowLeast;
    }
    rowLeasts[t] = rowLeast;
  }
  BARRIER;
  double all = rowLeasts[0];
  for (int i = 1; i < ROWS; i++) {
    double rowLeast = rowLeasts[i];
    all = rowLeast < all ? rowLeast : all;
  }
  BARRIER;
  return all;
}

/* ---- the attachment of columns, and numpy's sum of it ---- */

typedef struct {
  GLOBAL const double *strength;
  double shift;     /* |least strength| */
  double offset;
} attachment;

FUNCTION double attach(attachment a, int column) {
  /* Two additions, in this order: numpy rounds after each. */
  return (a.strength[column] + a.shift) + a.offset;
}

/* numpy adds pairwise: halves, down to blocks of 128 or fewer, each with eight sums. */
#define BLOCK 128

/* Places for the blocks of a sum of so many: a full binary tree has them. */
FUNCTION int blocks(int count) {
  int places = 1;
  for (; count > BLOCK; count -= count / 2 - count / 2 % 8) {
    places *= 2;
  }
  return places;
}

/* The block at a place: where it begins, and in *count how many it adds; 0 where the tree has none. */
FUNCTION int block_at(int place, int places, int *count) {
  int from = 0;
  for (int width = places / 2; width > 0; width /= 2) {
    if (*count <= BLOCK) {
      /* A block above the lowest level stands at the first of the places below it. */
      if (place & (2 * width - 1)) {
        *count = 0;
      }
      return from;
    }
    int left = *count / 2 - *count / 2 % 8;
    if (place & width) {
      from += left;
      *count -= left;
    } else {
      *count = left;
    }
  }
  return from;
}

FUNCTION double block_sum(attachment a, int from, int count) {
  double all = 0.0;
  int i = 0;
  if (count >= 8) {
    double r[8];
    for (int k = 0; k < 8; k++) {
      r[k] = attach(a, from + k);
    }
    for (i = 8; i < count - count % 8; i += 8) {
      for (int k = 0; k < 8; k++) {
        r[k] += attach(a, from + i + k);
      }
    }
    all = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  }
  for (; i < count; i++) {
    all += attach(a, from + i);
  }
  return all;
}

/* work: a number for each of the blocks. */
FUNCTION double pairwise_sum(attachment a, int length, GLOBAL double *work) {
  const int places = blocks(length);
  for (int place = ITEM; place < places; place += GROUP) {
    int count = length;
    int from = block_at(place, places, &count);
    work[place] = count > 0 ? block_sum(a, from, count) : 0.0;
  }
  BARRIER;
  for (int apart = 1; apart < places; apart *= 2) {
    for (int place = ITEM * 2 * apart; place < places; place += GROUP * 2 * apart) {
      int count = length;
      block_at(place + apart, places, &count);
      if (count > 0) {
        work[place] += work[place + apart];
      }
    }
    BARRIER;
  }
  double all = work[0];
  BARRIER;
  return all;
}

/* ---- shares: the cumulative sum of the attachments of the columns that are not drawn yet ---- */

typedef struct {
  GLOBAL double *share;
  GLOBAL uint32 *guide;   /* guide[b]: the first share that falls into bucket b or a later one */
  int count;
  int buckets;            /* a power of two, count or more */
  double whole;           /* the last share */
  double scale;           /* buckets / whole */
} shares;

FUNCTION int power_of_two(int atLeast) {
  int power = 1;
  while (power < atLeast) {
    power *= 2;
  }
  return power;
}

/* Never falls as the share rises. */
FUNCTION int bucket(shares s, double share) {
  double b = share * s.scale;
  return b < s.buckets ? (int) b : s.buckets - 1;
}

/* Sets what guides to so many shares, of which the last is the whole. */
FUNCTION shares resized(shares s, int count, double whole) {
  s.count = count;
  s.buckets = power_of_two(count);
  s.whole = whole;
  s.scale = s.buckets / whole;
  return s;
}

/* Writes the guide's buckets after the one of the share before, up to the share's own. */
FUNCTION void guide_to(shares s, int at, double before, double share) {
  int from = at == 0 ? 0 : bucket(s, before) + 1;
  int to = at == s.count - 1 ? s.buckets - 1 : bucket(s, share);
  for (int b = from; b <= to; b++) {
    s.guide[b] = (uint32) at;
  }
}

/* How many shares are not above x: numpy's searchsorted from the right; the last one counts as above. */
FUNCTION int look_up(shares s, double x) {
  int b = bucket(s, x);
  int low = (int) s.guide[b];
  int high = b + 1 < s.buckets ? (int) s.guide[b + 1] : s.count - 1;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (s.share[middle] <= x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/*
 * The shares that numpy has: p added up from left to right, each rounded, then divided by the last. In
 * parallel: each item adds up its stretch from a guess at the sum before it. If each guess is what the
 * item before ends with, all are right, by induction, for the first guess is 0. If not, the differences
 * move the guesses on (N. Kapre, A. DeHon, "Optimistic parallelization of floating-point accumulation",
 * ARITH 2007). What is right stays so, and is one stretch more each time.
 */
FUNCTION void add_up_in_order(
    GLOBAL const double *p,
    shares s,
    int from,
    int to,
    LOCAL double *sums,
    LOCAL double *rowSums,
    LOCAL uint64 *counts,
    LOCAL uint64 *rowCounts) {
  const int t = ITEM;
  double mine = 0.0;
  for (int i = from; i < to; i++) {
    mine += p[i];
  }
  double start = scan(sums, rowSums, counts, rowCounts, mine, 0).before;
  for (;;) {
    double share = start;
    for (int i = from; i < to; i++) {
      share += p[i];
      s.share[i] = share;
    }
    BARRIER;
    sums[PLACE(t)] = share;
    BARRIER;
    double end = t > 0 ? sums[PLACE(t - 1)] : 0.0;
    BARRIER;
    prefix wrong = scan(sums, rowSums, counts, rowCounts, end - start, end != start ? 1 : 0);
    if (wrong.countTotal == 0) {
      break;
    }
    start = end + wrong.before;
    BARRIER;
  }
  const double last = s.share[s.count - 1];
  BARRIER;
  for (int i = t; i < s.count; i += GROUP) {
    s.share[i] /= last;
  }
  BARRIER;
  for (int i = t; i < s.count; i += GROUP) {
    guide_to(s, i, i > 0 ? s.share[i - 1] : 0.0, s.share[i]);
  }
  BARRIER;
}

/* ---- the pass over the lines of each matrix ---- */

/* Where an item's stretch of so many things begins; it ends where the next item's begins. */
FUNCTION int stretch_from(int item, int count) {
  int64 from = (int64) item * ((count + GROUP - 1) / GROUP);
  return from < count ? (int) from : count;
}

/*
 * Rewires some lines of each matrix, at the cost of about `work` weights. A group takes a matrix.
 *
 *   weights    the matrices; line 0 of each is there, the others are written
 *   sorted     the same matrices, with each line sorted
 *   facts      FACTS numbers a matrix
 *   marks      MARKS numbers a matrix, all 0 at first
 *   scratch    SCRATCH_BYTES for each weight of a line, a matrix after another
 *   offset     what is added to strengths that are 0 or more
 */
KERNEL(GROUP) rewire(
    GLOBAL WEIGHT *weights,
    GLOBAL const WEIGHT *sorted,
    GLOBAL const uint64 *facts,
    GLOBAL uint64 *marks,
    GLOBAL double *scratch,
    double offset,
    uint64 work
#if FIRST_IN_LOCAL
    LAST_LOCAL(uint32, first)
#endif
) {
  __local double sums[PLACES];
  __local double rowSums[ROWS];
  __local uint64 counts[PLACES];
  __local uint64 rowCounts[ROWS];
  __local int doubtful[1];

  const int t = ITEM;
  GLOBAL const uint64 *fact = facts + FACTS * GROUP_NUMBER;
  GLOBAL uint64 *mark = marks + MARKS * GROUP_NUMBER;
  const int m = (int) fact[LENGTH];
  int line = (int) mark[LINE];
  const uint64 mostLines = 1 + work / ((uint64) m + LINE_COST);
  const uint64 linesLeft = fact[LINES] - (uint64) line;
  const int end = line + (int) (mostLines < linesLeft ? mostLines : linesLeft);
  if (line == end || mark[UNFIT]) {
    return;
  }
  GLOBAL WEIGHT *all = weights + fact[START];
  GLOBAL const WEIGHT *allSorted = sorted + fact[START];

  /* The strengths after a line lie in the one width or the other, by turns. */
  GLOBAL double *strengths = scratch + fact[SCRATCH];
  GLOBAL double *p = strengths + 2 * (int64) m;
  shares s;
  s.share = p + m;
  s.guide = (GLOBAL uint32 *) (s.share + m);
  GLOBAL uint32 *drawn = s.guide + 2 * (int64) m;
  GLOBAL uint32 *missing = drawn + m;
  GLOBAL uint32 *nextMissing = missing + m;
#if FIRST_IN_LOCAL
  LAST_LOCAL_BODY(uint32, first)
#else
  GLOBAL uint32 *first = nextMissing + m;
#endif

  /*
   * first[i] is the number of the first draw that hit share i, below the number of the attempt.
   * Attempts count down: what earlier ones left is larger, and need not be cleared away.
   */
  int drawBits = 0;
  while ((m - 1) >> drawBits > 0) {
    drawBits++;
  }
  uint32 attempt = 0;

  /* Item t makes the uniforms whose numbers are t modulo GROUP; `next` is its next one's. */
  uint64 used = mark[DRAWN];
  uint64 next = used - used % GROUP + t;
  next += next < used ? GROUP : 0;
  affine one;
  one.factor.high = 0x2360ed051fc65da4UL;
  one.factor.low = 0x4385df649fccf645UL;
  one.term.high = fact[INCREMENT_HIGH];
  one.term.low = fact[INCREMENT_LOW];
  const affine stride = repeat(one, GROUP);
  wide state;
  state.high = fact[STATE_HIGH];
  state.low = fact[STATE_LOW];
  state = take(repeat(one, next + 1), state);
  uint64 inOrder = mark[IN_ORDER];

  double lowest = INFINITY;
  for (int i = t; i < m; i += GROUP) {
    if (line == 0) {
      strengths[i] = 0.0 + (double) all[i];
    }
    const double strength = strengths[(line == 0 ? 0 : (line - 1) & 1) * (int64) m + i];
    lowest = strength < lowest ? strength : lowest;
  }
  line = line == 0 ? 1 : line;
  BARRIER;

  for (; line < end; line++) {
    GLOBAL WEIGHT *row = all + (int64) line * m;
    GLOBAL const WEIGHT *ascending = allSorted + (int64) line * m;
    GLOBAL double *after = strengths + (line & 1) * (int64) m;
    attachment a;
    a.strength = strengths + ((line - 1) & 1) * (int64) m;
    const double minimum = least(sums, rowSums, lowest);
    a.shift = fabs(minimum);
    a.offset = offset;
    const double smallest = (minimum + a.shift) + offset;
    lowest = INFINITY;

    /* numpy divides the attachments by their sum first, which cancels out but for its rounding. */
    int from = stretch_from(t, m);
    int to = stretch_from(t + 1, m);
    double mine = 0.0;
    for (int i = from; i < to; i++) {
      mine += attach(a, i);
    }
    prefix pre = scan(sums, rowSums, counts, rowCounts, mine, 0);
    s = resized(s, m, pre.total);
    double running = 0.0;
    double before = pre.before;
    for (int i = from; i < to; i++) {
      running += attach(a, i);
      /* The last is what the next item begins with, and none is above that. */
      double share = pre.before + running;
      share = i == to - 1 || share > pre.after ? pre.after : share;
      s.share[i] = share;
      guide_to(s, i, before, share);
      before = share;
    }
    if (t == 0) {
      doubtful[0] = 0;
    }
    BARRIER;

    /* The bound below is of relative errors, to which no subnormal number keeps. */
    const int isNormal =
        s.whole < 0x1p+1000 && smallest > 0x1p-900 && smallest > s.whole * 0x1p-900;
    double attachmentSum = 0.0; /* not known yet */
    int found = 0;
    for (int round = 0; s.count > 0; round++) {
      const wide stateBefore = state;
      const uint64 nextBefore = next;
      uint32 label;
      for (int isExact = !isNormal;; isExact = 1) {
        if (isExact) {
          if (attachmentSum == 0.0) {
            attachmentSum = pairwise_sum(a, m, p);
            if (!(smallest / attachmentSum > 0.0)) {
              if (t == 0) {
                mark[UNFIT] = 1;
              }
              return;
            }
          }
          for (int i = from; i < to; i++) {
            p[i] = attach(a, round == 0 ? i : (int) missing[i]) / attachmentSum;
          }
          s = resized(s, s.count, 1.0);
          add_up_in_order(p, s, from, to, sums, rowSums, counts, rowCounts);
          inOrder++;
        }
        if (attempt == 0) {
          for (int i = t; i < m; i += GROUP) {
            first[i] = NO_DRAW;
          }
          attempt = NO_DRAW >> drawBits;
          BARRIER;
        }
        attempt--;
        label = attempt << drawBits;

        /*
         * A share of n here, and numpy's, are sums of the same positive numbers. numpy's lies within
         * (2n + 2) / 2^53 of the true one, relatively: a rounding for each division by the sum, each
         * addition, and the division by the last, which has n roundings itself. Here a sum has fewer
         * roundings than a stretch and two rows are long; so has the whole, and x one more. A look-up
         * that clears both neighbours by all of that is numpy's; else the round is done again, in order.
         */
        const double slack =
            SLACK * (2.0 * s.count + 2.0 * (to - from) + 4.0 * ROW + 4.0 * ROWS + 32.0) * 0x1.001p-53;
        state = stateBefore;
        next = nextBefore;
        for (; next < used + s.count; next += GROUP) {
          const int draw = (int) (next - used);
          const double x = uniform(state) * s.whole;
          state = take(stride, state);
          const int at = look_up(s, x);
          drawn[draw] = (uint32) at;
          LEAST_OF(&first[at], label | (uint32) draw);
          if (!isExact
              && ((at < s.count - 1 && !(x < s.share[at] * (1.0 - slack)))
                  || (at > 0 && !(x > s.share[at - 1] * (1.0 + slack))))) {
            doubtful[0] = 1;
          }
        }
        BARRIER;
        if (isExact || !doubtful[0]) {
          break;
        }
      }
      used += s.count;

      /* First occurrences, in the order drawn, and what is still missing, in its order. */
      uint64 count = 0;
      mine = 0.0;
      for (int i = from; i < to; i++) {
        if (first[drawn[i]] == (label | (uint32) i)) {
          count += 1;
        }
        if (first[i] >> drawBits != attempt) {
          count += (uint64) 1 << 32;
          mine += attach(a, round == 0 ? i : (int) missing[i]);
        }
      }
      pre = scan(sums, rowSums, counts, rowCounts, mine, count);
      s = resized(s, (int) (pre.countTotal >> 32), pre.total);
      int place = found + (int) (uint32) pre.countBefore;
      int kept = (int) (pre.countBefore >> 32);
      running = 0.0;
      before = pre.before;
      for (int i = from; i < to; i++) {
        const int hit = (int) drawn[i];
        if (first[hit] == (label | (uint32) i)) {
          const int column = round == 0 ? hit : (int) missing[hit];
          const WEIGHT weight = ascending[place++];
          const double strength = a.strength[column] + (double) weight;
          row[column] = weight;
          after[column] = strength;
          lowest = strength < lowest ? strength : lowest;
        }
        if (first[i] >> drawBits != attempt) {
          const int column = round == 0 ? i : (int) missing[i];
          running += attach(a, column);
          double share = pre.before + running;
          share = running == mine || share > pre.after ? pre.after : share;
          nextMissing[kept] = (uint32) column;
          s.share[kept] = share;
          guide_to(s, kept, before, share);
          before = share;
          kept++;
        }
      }
      if (t == 0) {
        doubtful[0] = 0;
      }
      BARRIER;
      found += (int) (uint32) pre.countTotal;
      GLOBAL uint32 *swap = missing;
      missing = nextMissing;
      nextMissing = swap;
      from = stretch_from(t, s.count);
      to = stretch_from(t + 1, s.count);
    }
  }
  if (t == 0) {
    mark[LINE] = (uint64) line;
    mark[DRAWN] = used;
    mark[IN_ORDER] = inOrder;
  }
}

/* ---- sorting ---- */

/* Bits that, as unsigned numbers, have the order of the weights, -0.0 before 0.0; and the way back. */
#define SIGN ((BITS) 1 << (8 * sizeof(BITS) - 1))

FUNCTION BITS to_key(BITS bits) {
  return bits & SIGN ? ~bits : bits | SIGN;
}

FUNCTION BITS from_key(BITS key) {
  return key & SIGN ? key & ~SIGN : ~key;
}

/*
 * A step of bitonic sorting for any length: all comparisons put the lesser one first, so that what lies
 * beyond the end, taken for greater than all, stays there. In the first step of a merger item i of a
 * block of 2 * apart meets the one at the same distance from the block's end, in the others i + apart.
 */
#define MEET(list, count, apart, isFirst) \
  for (int pair = ITEM; pair < power_of_two(count) / 2; pair += GROUP) { \
    const int i = pair / (apart) * 2 * (apart) + pair % (apart); \
    const int j = (isFirst) ? (i | (2 * (apart) - 1)) - pair % (apart) : i + (apart); \
    if (j < (count) && list[j] < list[i]) { \
      const BITS lesser = list[j]; \
      list[j] = list[i]; \
      list[i] = lesser; \
    } \
  } \
  BARRIER;

/* Sorts each line of a matrix, ascending; a group takes a line. */
KERNEL(GROUP) sort_lines(
    GLOBAL const BITS *weights, GLOBAL BITS *sorted, int64 start, int length) {
  __local BITS part[SORT_LOCAL];
  const int t = ITEM;
  GLOBAL const BITS *line = weights + start + GROUP_NUMBER * length;
  GLOBAL BITS *target = sorted + start + GROUP_NUMBER * length;
  /* Mergers of up to SORT_LOCAL in local memory; what is longer, there where it has come down to that. */
  int isLast = 0;
  for (int merged = SORT_LOCAL; !isLast; merged *= 2) {
    const int isFirst = merged == SORT_LOCAL;
    isLast = merged >= length;
    if (!isFirst) {
      MEET(target, length, merged / 2, 1)
      for (int apart = merged / 4; apart >= SORT_LOCAL; apart /= 2) {
        MEET(target, length, apart, 0)
      }
    }
    for (int from = 0; from < length; from += SORT_LOCAL) {
      const int count = length - from < SORT_LOCAL ? length - from : SORT_LOCAL;
      for (int i = t; i < count; i += GROUP) {
        part[i] = isFirst ? to_key(line[from + i]) : target[from + i];
      }
      BARRIER;
      if (isFirst) {
        for (int apart = 1; apart < count; apart *= 2) {
          MEET(part, count, apart, 1)
          for (int nearer = apart / 2; nearer > 0; nearer /= 2) {
            MEET(part, count, nearer, 0)
          }
        }
      } else {
        for (int apart = SORT_LOCAL / 2; apart > 0; apart /= 2) {
          MEET(part, count, apart, 0)
        }
      }
      for (int i = t; i < count; i += GROUP) {
        target[from + i] = isLast ? from_key(part[i]) : part[i];
      }
      BARRIER;
    }
  }
}

/* ---- transposition ---- */

#define TILE 32
#define TILE_ROWS 8

/* Transposes a matrix of [rows, columns]; a group takes a tile, those of a row of tiles one after another. */
KERNEL(TILE * TILE_ROWS) transpose(
    GLOBAL const BITS *from, GLOBAL BITS *to, int64 start, int rows, int columns) {
  __local BITS tile[TILE * (TILE + 1)];
  const int64 across = ((int64) columns + TILE - 1) / TILE;
  const int64 top = GROUP_NUMBER / across * TILE;
  const int64 left = GROUP_NUMBER % across * TILE;
  const int x = ITEM % TILE;
  for (int y = ITEM / TILE; y < TILE; y += TILE_ROWS) {
    if (top + y < rows && left + x < columns) {
      tile[y * (TILE + 1) + x] = from[start + (top + y) * columns + left + x];
    }
  }
  BARRIER;
  for (int y = ITEM / TILE; y < TILE; y += TILE_ROWS) {
    if (left + y < columns && top + x < rows) {
      to[start + (left + y) * rows + top + x] = tile[x * (TILE + 1) + y];
    }
  }
}
