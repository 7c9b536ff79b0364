/*
 * Preferential-attachment rewiring (arXiv 2207.08148) with numpy's choice without replacement, to the
 * last bit. A work-group rewires a matrix, line by line; a kernel of its own has sorted the lines.
 *
 * Set when it is compiled:
 *   WEIGHT          float or double
 *   BITS            the unsigned type as wide as WEIGHT
 *   GROUP           work-items in a group: a power of two from 16 to 1024
 *   ROW             the power of two that is the root of GROUP, or the one above that
 *   HAND            what an item has in hand at a time: 2 where loads take long, 1 on a processor
 *   FIRST_IN_LOCAL  1 if a line's first draws fit in local memory, else 0
 *   SORT_LOCAL      weights that sort_lines sorts in local memory: a power of two
 */

#ifndef HAND
#define HAND 1
#endif

/* What tests set otherwise: 0 trusts every look-up, more doubts more of them; and 1 doubts all. */
#ifndef TOLERANCES
#define TOLERANCES 1
#endif
#ifndef DOUBT_ALL
#define DOUBT_ALL 0
#endif

#define NO_DRAW 0xffffffffu

/* The numbers that describe a matrix. */
#define FACTS 8
#define START 0         /* its first weight in the buffer */
#define LINES 1         /* how many lines it has */
#define LENGTH 2        /* the weights in a line */
#define SCRATCH 3       /* its first double of scratch memory, which is LENGTH times SCRATCH_BYTES */
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

#define SCRATCH_BYTES 64

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

/* x -> x taken so many times at once (F. Brown, "Random number generation with arbitrary strides", 1994). */
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

/* A uniform of [0, 1) times 2^64, as numpy has it: its last 11 bits are 0. */
FUNCTION uint64 fraction(wide x) {
  const uint64 folded = x.high ^ x.low;
  const int turn = (int) (x.high >> 58);
  const uint64 bits = (folded >> turn) | (folded << ((64 - turn) & 63));
  return bits >> 11 << 11;
}

/* ---- what a group works out together ---- */

/*
 * A list has a number for each item, in rows, with a gap after each, so that rows begin in other banks
 * of the memory.
 */
#define PLACE(t) ((t) + (t) / ROW)
#define PLACES (GROUP + GROUP / ROW)
#define ROWS (GROUP / ROW)

/* Local memory for what follows: two lists, and a number for each of their rows. */
typedef struct {
  LOCAL uint64 *list;
  LOCAL uint64 *other;
  LOCAL uint64 *rows;
  LOCAL uint64 *otherRows;
} lists;

typedef struct {
  uint64 before;        /* the sum of the items before this one */
  uint64 all;
  uint32 countBefore;
  uint32 countAll;
} prefix;

#ifdef SHUFFLE_UP
/* Adds up two numbers of each item. Has one barrier, after which it reads the lists of rows. */
FUNCTION prefix scan(lists l, uint64 mine, uint32 count) {
  const int t = ITEM;
  const int warp = t / WARP;
  uint64 sum = mine;
  uint32 counted = count;
  UNROLL
  for (int apart = 1; apart < WARP; apart *= 2) {
    const uint64 low = SHUFFLE_UP((uint32) sum, apart);
    const uint64 high = SHUFFLE_UP((uint32) (sum >> 32), apart);
    const uint32 countThere = SHUFFLE_UP(counted, apart);
    sum += t % WARP >= apart ? high << 32 | low : 0;
    counted += t % WARP >= apart ? countThere : 0;
  }
  if (t % WARP == WARP - 1) {
    l.rows[warp] = sum;
    l.otherRows[warp] = counted;
  }
  BARRIER;
  prefix p;
  p.before = sum - mine;
  p.countBefore = counted - count;
  p.all = 0;
  p.countAll = 0;
  UNROLL
  for (int i = 0; i < GROUP / WARP; i++) {
    const uint64 rowSum = l.rows[i];
    const uint32 rowCount = (uint32) l.otherRows[i];
    p.before += i < warp ? rowSum : 0;
    p.countBefore += i < warp ? rowCount : 0;
    p.all += rowSum;
    p.countAll += rowCount;
  }
  return p;
}
#else
/* Adds up two numbers of each item. Has two barriers, after the first of which it reads the lists. */
FUNCTION prefix scan(lists l, uint64 mine, uint32 count) {
  const int t = ITEM;
  l.list[PLACE(t)] = mine;
  l.other[PLACE(t)] = count;
  BARRIER;
  if (t < ROWS) {
    uint64 rowSum = 0;
    uint64 rowCount = 0;
    UNROLL
    for (int i = 0; i < ROW; i++) {
      rowSum += l.list[PLACE(t * ROW) + i];
      rowCount += l.other[PLACE(t * ROW) + i];
    }
    l.rows[t] = rowSum;
    l.otherRows[t] = rowCount;
  }
  const int row = t / ROW;
  prefix p;
  p.before = 0;
  p.countBefore = 0;
  UNROLL
  for (int i = 0; i < ROW; i++) {
    const uint64 number = l.list[PLACE(row * ROW) + i];
    const uint32 otherNumber = (uint32) l.other[PLACE(row * ROW) + i];
    p.before += row * ROW + i < t ? number : 0;
    p.countBefore += row * ROW + i < t ? otherNumber : 0;
  }
  BARRIER;
  p.all = 0;
  p.countAll = 0;
  UNROLL
  for (int i = 0; i < ROWS; i++) {
    const uint64 rowSum = l.rows[i];
    const uint32 rowCount = (uint32) l.otherRows[i];
    p.before += i < row ? rowSum : 0;
    p.countBefore += i < row ? rowCount : 0;
    p.all += rowSum;
    p.countAll += rowCount;
  }
  return p;
}
#endif

typedef struct {
  double least;
  double sum;           /* rounded, in whatever order */
} outline;

/* The least number, and the sum of others. Three barriers. */
FUNCTION outline survey(lists l, double number, double summand) {
  LOCAL double *numbers = (LOCAL double *) l.list;
  LOCAL double *summands = (LOCAL double *) l.other;
  LOCAL double *rowLeasts = (LOCAL double *) l.rows;
  LOCAL double *rowSums = (LOCAL double *) l.otherRows;
  const int t = ITEM;
  numbers[PLACE(t)] = number;
  summands[PLACE(t)] = summand;
  BARRIER;
  outline o;
  if (t < ROWS) {
    o.least = numbers[PLACE(t * ROW)];
    o.sum = summands[PLACE(t * ROW)];
    UNROLL
    for (int i = 1; i < ROW; i++) {
      const double another = numbers[PLACE(t * ROW) + i];
      o.least = another < o.least ? another : o.least;
      o.sum += summands[PLACE(t * ROW) + i];
    }
    rowLeasts[t] = o.least;
    rowSums[t] = o.sum;
  }
  BARRIER;
  o.least = rowLeasts[0];
  o.sum = rowSums[0];
  UNROLL
  for (int i = 1; i < ROWS; i++) {
    const double another = rowLeasts[i];
    o.least = another < o.least ? another : o.least;
    o.sum += rowSums[i];
  }
  BARRIER;
  return o;
}

/* The sum of the items before, rounded in whatever order. Two barriers, and one before the first. */
FUNCTION double roughly_before(lists l, double mine) {
  LOCAL double *numbers = (LOCAL double *) l.list;
  LOCAL double *rowSums = (LOCAL double *) l.rows;
  const int t = ITEM;
  BARRIER;
  numbers[PLACE(t)] = mine;
  BARRIER;
  if (t < ROWS) {
    double rowSum = 0.0;
    for (int i = 0; i < ROW; i++) {
      rowSum += numbers[PLACE(t * ROW) + i];
    }
    rowSums[t] = rowSum;
  }
  BARRIER;
  double before = 0.0;
  for (int i = 0; i < t / ROW; i++) {
    before += rowSums[i];
  }
  for (int i = t / ROW * ROW; i < t; i++) {
    before += numbers[PLACE(i)];
  }
  return before;
}

/* ---- the attachment of columns, and numpy's sum of it ---- */

typedef struct {
  GLOBAL const double *strength;
  double shift;         /* |least strength| */
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
    const int left = *count / 2 - *count / 2 % 8;
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
    const int from = block_at(place, places, &count);
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
  const double all = work[0];
  BARRIER;
  return all;
}

/* ---- shares ---- */

/*
 * The shares of the columns that are not drawn yet: attachments added up, as whole numbers. A uniform
 * of [0, 1) times the last of them hits the first share that is above it.
 */
typedef struct {
  GLOBAL uint64 *share;
  GLOBAL uint32 *guide; /* guide[b]: the first share that falls into bucket b or a later one */
  int count;
  int buckets;          /* a power of two */
  int shift;            /* the bits of a share that its bucket does not depend on */
  uint64 whole;         /* the last share */
} shares;

FUNCTION int power_of_two(int atLeast) {
  int power = 1;
  while (power < atLeast) {
    power *= 2;
  }
  return power;
}

/* Sets the guide up for about so many shares, the last of which is about so large. */
FUNCTION shares guided(shares s, int count, uint64 whole) {
  s.buckets = power_of_two(count);
  const int shift = 64 - (int) LEADING_ZEROS(whole) - (31 - (int) LEADING_ZEROS(s.buckets));
  s.shift = shift > 0 ? shift : 0;
  return s;
}

FUNCTION int bucket(shares s, uint64 share) {
  const uint64 b = share >> s.shift;
  return b < (uint64) s.buckets ? (int) b : s.buckets - 1;
}

/*
 * Writes some shares that follow each other, and the guide's buckets after that of the share before them,
 * up to the last one's.
 */
FUNCTION void put(shares s, int at, uint64 before, const uint64 *number, int count) {
  int to[HAND];
  uint64 share = before;
  UNROLL
  for (int k = 0; k < HAND; k++) {
    share += number[k];
    to[k] = k < count ? bucket(s, share) : s.buckets;
    if (k < count) {
      s.share[at + k] = share;
    }
  }
  const int last = count > 0 ? bucket(s, share) : -1;
  for (int b = at == 0 ? 0 : bucket(s, before) + 1; b <= last; b++) {
    int next = at;
    UNROLL
    for (int k = 0; k < HAND; k++) {
      next += to[k] < b ? 1 : 0;
    }
    s.guide[b] = (uint32) next;
  }
}

/* Writes the guide's buckets after that of the last share. */
FUNCTION void put_end(shares s) {
  for (int b = bucket(s, s.whole) + 1 + ITEM; b < s.buckets; b += GROUP) {
    s.guide[b] = (uint32) (s.count - 1);
  }
}

/*
 * How far a share may be from numpy's, or numpy's from that.
 *
 * A share D of n is the sum of whole numbers, each an attachment times a factor f, rounded once and then
 * down. With S for the true sum of the attachments, f S (1 + e) >= D > f S (1 - e) - n, where e = 2^-53.
 * numpy's share is S / S(last) within a relative error of (2n + 1) e and its powers: it divides each
 * attachment by their sum, adds up with a rounding for each, and divides by the last. So D / D(last)
 * and numpy's differ by less than D / D(last) times (2n + 4) e, and n / D(last). A uniform u times
 * D(last), rounded down, is a further 1 below.
 */
FUNCTION uint64 tolerance(shares s, uint64 share) {
  const uint64 relative = ((share >> 32) + 1) * (2 * (uint64) s.count + 16) >> 21;
  return TOLERANCES * (relative + s.count + 4);
}

/*
 * The shares that numpy has: p added up from left to right, each rounded, divided by the last, and then
 * times 2^53, rounded up: then they are above a uniform times 2^53 where numpy's are above the uniform.
 *
 * In parallel: each item adds up its stretch from a guess at the sum before it. If each guess is what
 * the item before ends with, all are right, by induction, for the first guess is 0. If not, the
 * differences move the guesses on (N. Kapre, A. DeHon, "Optimistic parallelization of floating-point
 * accumulation", ARITH 2007). What is right stays so, and is one stretch more each time.
 */
FUNCTION void add_up_in_order(lists l, GLOBAL const double *p, shares s, int from, int to) {
  GLOBAL double *sum = (GLOBAL double *) s.share;
  LOCAL double *ends = (LOCAL double *) l.other;
  const int t = ITEM;
  double mine = 0.0;
  for (int i = from; i < to; i++) {
    mine += p[i];
  }
  double wrong = 0.0;
  double start = 0.0;
  double end = 0.0;
  int isFirst = 1;
  uint32 wrongs = 1;
  while (wrongs > 0) {
    start = end + roughly_before(l, isFirst ? mine : wrong);
    isFirst = 0;
    double running = start;
    for (int i = from; i < to; i++) {
      running += p[i];
      sum[i] = running;
    }
    BARRIER;
    ends[PLACE(t)] = running;
    BARRIER;
    end = t > 0 ? ends[PLACE(t - 1)] : 0.0;
    wrong = end - start;
    BARRIER;
    wrongs = scan(l, 0, wrong != 0.0 ? 1 : 0).countAll;
  }
  const double last = sum[s.count - 1];
  BARRIER;
  for (int i = t; i < s.count; i += GROUP) {
    s.share[i] = (uint64) ceil(sum[i] / last * 0x1p53);
  }
  BARRIER;
  for (int i = t; i < s.count; i += GROUP) {
    const int to = bucket(s, s.share[i]);
    for (int b = i == 0 ? 0 : bucket(s, s.share[i - 1]) + 1; b <= to; b++) {
      s.guide[b] = (uint32) i;
    }
  }
  put_end(s);
  BARRIER;
}

/* ---- the pass over the lines of each matrix ---- */

/* Where an item's stretch of so many things begins; it ends where the next item's begins. */
FUNCTION int stretch_from(int item, int count) {
  const int64 from = (int64) item * ((count + GROUP - 1) / GROUP);
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
  __local uint64 list[PLACES];
  __local uint64 otherList[PLACES];
  __local uint64 rowList[ROWS];
  __local uint64 otherRowList[ROWS];
  __local int doubtful[1];
  lists l;
  l.list = list;
  l.other = otherList;
  l.rows = rowList;
  l.otherRows = otherRowList;

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

  /* The strengths after a line lie in the one half or the other, by turns. */
  GLOBAL double *strengths = scratch + fact[SCRATCH];
  shares s;
  s.share = (GLOBAL uint64 *) (strengths + 2 * (int64) m);
  GLOBAL uint64 *nextShare = s.share + m;
  GLOBAL uint64 *exactShare = nextShare + m;
  s.guide = (GLOBAL uint32 *) (exactShare + m);
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
   * Attempts count down: what earlier ones left is larger, and need not be cleared away before they are
   * used up, which takes an uncommonly long line or many rounds.
   */
  int drawBits = 0;
  while ((m - 1) >> drawBits > 0) {
    drawBits++;
  }
  uint32 attempt = NO_DRAW >> drawBits;

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
  double strengthSum = 0.0;
  for (int i = t; i < m; i += GROUP) {
    first[i] = NO_DRAW;
    if (line == 0) {
      strengths[i] = 0.0 + (double) all[i];
    }
    const double strength = strengths[(line == 0 ? 0 : (line - 1) & 1) * (int64) m + i];
    lowest = strength < lowest ? strength : lowest;
    strengthSum += strength;
  }
  line = line == 0 ? 1 : line;
  BARRIER;

  for (; line < end; line++) {
    GLOBAL WEIGHT *row = all + (int64) line * m;
    GLOBAL const WEIGHT *ascending = allSorted + (int64) line * m;
    GLOBAL double *after = strengths + (line & 1) * (int64) m;
    attachment a;
    a.strength = strengths + ((line - 1) & 1) * (int64) m;
    const outline o = survey(l, lowest, strengthSum);
    a.shift = fabs(o.least);
    a.offset = offset;
    const double smallest = (o.least + a.shift) + offset;
    lowest = INFINITY;
    strengthSum = 0.0;

    /* The tolerance is for relative errors, to which no subnormal number keeps. */
    const double about = o.sum + (a.shift + offset) * m;
    const int isNormal = about < 0x1p1000 && smallest > 0x1p-900 && smallest > about * 0x1p-900;
    /* Of 2^63 at most, half of half: the sum above is rounded. */
    const double factor = isNormal ? 0x1p61 / about : 0.0;
    s = guided(s, m, (uint64) 1 << 61);
    s.count = m;
    s.whole = 0;
    for (int top = 0; top < m; top += HAND * GROUP) {
      const int from = top + HAND * t;
      uint64 number[HAND];
      uint64 mine = 0;
      UNROLL
      for (int k = 0; k < HAND; k++) {
        number[k] = from + k < m ? (uint64) (attach(a, from + k) * factor) : 0;
        mine += number[k];
      }
      const prefix pre = scan(l, mine, 0);
      put(s, from, s.whole + pre.before, number, m - from < HAND ? m - from : HAND);
      s.whole += pre.all;
      if (top >= m - HAND * GROUP) {
        put_end(s);
        if (t == 0) {
          doubtful[0] = 0;
        }
      }
      BARRIER;
    }

    int found = 0;
    for (int round = 0; s.count > 0; round++) {
      const wide stateBefore = state;
      const uint64 nextBefore = next;
      uint32 label;
      shares hit = s;
      for (int isExact = !isNormal || attempt == 0;; isExact = 1) {
        if (isExact) {
          GLOBAL double *p = (GLOBAL double *) nextShare;
          const double attachmentSum = pairwise_sum(a, m, p);
          const int isFit = smallest / attachmentSum > 0.0;
          if (!isFit && t == 0) {
            mark[UNFIT] = 1;
          }
          for (int i = t; i < m; i += GROUP) {
            first[i] = NO_DRAW;
          }
          attempt = NO_DRAW >> drawBits;
          const int from = stretch_from(t, s.count);
          const int to = stretch_from(t + 1, s.count);
          for (int i = from; i < to; i++) {
            /* What is unfit is worth nothing, but comes to its end. */
            p[i] = isFit ? attach(a, round == 0 ? i : (int) missing[i]) / attachmentSum : 1.0;
          }
          hit.share = exactShare;
          hit.whole = (uint64) 1 << 53;
          hit = guided(hit, s.count, hit.whole - 1);
          add_up_in_order(l, p, hit, from, to);
          inOrder++;
        }
        attempt--;
        label = attempt << drawBits;

        /* A look-up that clears both neighbouring shares is numpy's; else all is done again, in order. */
        state = stateBefore;
        next = nextBefore;
        int isDoubtful = 0;
        while (next < used + s.count) {
          const int draw = (int) (next - used);
          uint64 x[HAND];
          int low[HAND];
          int high[HAND];
          UNROLL
          for (int k = 0; k < HAND; k++) {
            x[k] = HIGH_PRODUCT(fraction(state), hit.whole);
            if (draw + k * GROUP < s.count) {
              state = take(stride, state);
              next += GROUP;
            }
            const int b = bucket(hit, x[k]);
            low[k] = (int) hit.guide[b];
            high[k] = b + 1 < hit.buckets ? (int) hit.guide[b + 1] : hit.count - 1;
          }
          int isOpen = 1;
          while (isOpen) {
            isOpen = 0;
            UNROLL
            for (int k = 0; k < HAND; k++) {
              const int middle = low[k] + (high[k] - low[k]) / 2;
              const int isAbove = hit.share[middle] > x[k];
              low[k] = low[k] < high[k] && !isAbove ? middle + 1 : low[k];
              high[k] = low[k] < high[k] && isAbove ? middle : high[k];
              isOpen |= low[k] < high[k];
            }
          }
          UNROLL
          for (int k = 0; k < HAND; k++) {
            const int at = low[k];
            const uint64 share = hit.share[at];
            const uint64 shareBefore = at > 0 ? hit.share[at - 1] : 0;
            if (draw + k * GROUP < s.count) {
              drawn[draw + k * GROUP] = (uint32) at;
              LEAST_OF(&first[at], label | (uint32) (draw + k * GROUP));
              isDoubtful |= at < s.count - 1 && x[k] + tolerance(hit, share) >= share;
              isDoubtful |= at > 0 && x[k] <= shareBefore + tolerance(hit, shareBefore);
            }
          }
        }
        if (isDoubtful) {
          doubtful[0] = 1;
        }
        BARRIER;
        if (isExact || !(doubtful[0] || DOUBT_ALL)) {
          break;
        }
      }
      used += s.count;

      /* First occurrences, in the order drawn, and what is still missing, in its order. */
      shares rest = guided(s, s.count / 5 * 2 + 1, s.whole / 5 * 2);
      rest.share = nextShare;
      rest.count = 0;
      rest.whole = 0;
      for (int top = 0; top < s.count; top += HAND * GROUP) {
        const int from = top + HAND * t;
        /* All that can be read, whether wanted or not: what depends on a condition would be waited for. */
        int hits[HAND];
        int kept[HAND];
        uint64 share[HAND + 1];
        share[0] = from > 0 && from < s.count ? s.share[from - 1] : 0;
        UNROLL
        for (int k = 0; k < HAND; k++) {
          const int i = from + k < s.count ? from + k : s.count - 1;
          hits[k] = (int) drawn[i];
          kept[k] = i;
          share[k + 1] = s.share[i];
        }
        uint64 mine = 0;
        uint32 count = 0;
        int isFirst = 0;
        int isMissing = 0;
        UNROLL
        for (int k = 0; k < HAND; k++) {
          const int isThere = from + k < s.count;
          isFirst |= (isThere && first[hits[k]] == (label | (uint32) (from + k))) << k;
          isMissing |= (isThere && first[kept[k]] >> drawBits != attempt) << k;
        }
        if (round > 0) {
          UNROLL
          for (int k = 0; k < HAND; k++) {
            hits[k] = (int) missing[hits[k]];
            kept[k] = (int) missing[kept[k]];
          }
        }
        double strength[HAND];
        UNROLL
        for (int k = 0; k < HAND; k++) {
          strength[k] = a.strength[hits[k]];
        }
        UNROLL
        for (int k = 0; k < HAND; k++) {
          count += isFirst >> k & 1;
          count += (isMissing >> k & 1) << 16;
          mine += isMissing >> k & 1 ? share[k + 1] - share[k] : 0;
        }
        const prefix pre = scan(l, mine, count);
        const int place = found + (int) (pre.countBefore & 0xffff);
        WEIGHT weight[HAND];
        int taken = 0;
        UNROLL
        for (int k = 0; k < HAND; k++) {
          weight[k] = ascending[place + taken < m ? place + taken : m - 1];
          taken += isFirst >> k & 1;
        }
        UNROLL
        for (int k = 0; k < HAND; k++) {
          if (isFirst >> k & 1) {
            const double stronger = strength[k] + (double) weight[k];
            row[hits[k]] = weight[k];
            after[hits[k]] = stronger;
            lowest = stronger < lowest ? stronger : lowest;
            strengthSum += stronger;
          }
        }
        const int at = rest.count + (int) (pre.countBefore >> 16);
        uint64 number[HAND];
        int keeps = 0;
        UNROLL
        for (int k = 0; k < HAND; k++) {
          number[k] = 0;
        }
        UNROLL
        for (int k = 0; k < HAND; k++) {
          if (isMissing >> k & 1) {
            nextMissing[at + keeps] = (uint32) kept[k];
            UNROLL
            for (int j = 0; j <= k; j++) {
              number[j] = j == keeps ? share[k + 1] - share[k] : number[j];
            }
            keeps++;
          }
        }
        put(rest, at, rest.whole + pre.before, number, keeps);
        found += (int) (pre.countAll & 0xffff);
        rest.count += (int) (pre.countAll >> 16);
        rest.whole += pre.all;
        if (top >= s.count - HAND * GROUP) {
          put_end(rest);
          if (t == 0) {
            doubtful[0] = 0;
          }
        }
        BARRIER;
      }
      GLOBAL uint32 *swap = missing;
      missing = nextMissing;
      nextMissing = swap;
      nextShare = s.share;
      s = rest;
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
 * block of 2 * apart, a power of two, meets the one at the same distance from the block's end, in the
 * others the one that is so far apart.
 */
#define MEET(list, count, pairs, apart, isFirst) \
  for (int pair = ITEM; pair < pairs; pair += GROUP) { \
    const int inBlock = pair & ((apart) - 1); \
    const int i = 2 * (pair - inBlock) + inBlock; \
    const int j = (isFirst) ? (i | (2 * (apart) - 1)) - inBlock : i + (apart); \
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
  const int allPairs = power_of_two(length) / 2;
  int isLast = 0;
  for (int merged = SORT_LOCAL; !isLast; merged *= 2) {
    const int isFirst = merged == SORT_LOCAL;
    isLast = merged >= length;
    if (!isFirst) {
      MEET(target, length, allPairs, merged / 2, 1)
      for (int apart = merged / 4; apart >= SORT_LOCAL; apart /= 2) {
        MEET(target, length, allPairs, apart, 0)
      }
    }
    for (int from = 0; from < length; from += SORT_LOCAL) {
      const int count = length - from < SORT_LOCAL ? length - from : SORT_LOCAL;
      const int pairs = power_of_two(count) / 2;
      for (int i = t; i < count; i += GROUP) {
        part[i] = isFirst ? to_key(line[from + i]) : target[from + i];
      }
      BARRIER;
      if (isFirst) {
        for (int apart = 1; apart < count; apart *= 2) {
          MEET(part, count, pairs, apart, 1)
          for (int nearer = apart / 2; nearer > 0; nearer /= 2) {
            MEET(part, count, pairs, nearer, 0)
          }
        }
      } else {
        for (int apart = SORT_LOCAL / 2; apart > 0; apart /= 2) {
          MEET(part, count, pairs, apart, 0)
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
