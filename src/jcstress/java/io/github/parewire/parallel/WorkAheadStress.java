package io.github.parewire.parallel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A user and a helper at the same items, in every order of their steps that the machine comes up
 * with: what a test that waits can't show. Of items that are ready, their contents must be, too.
 */
public final class WorkAheadStress {

  private WorkAheadStress() {}

  /** Numbers from 1 on, and the helper that no pool gives, so that a test is it. */
  abstract static class Numbers {
    private int made;
    final WorkAhead<int[]> ahead;

    Numbers(int most, int count) {
      ahead =
          new WorkAhead<>(
              new IdleThread(),
              most,
              () -> new int[1],
              item -> {
                if (made == count) {
                  return false;
                }
                item[0] = ++made;
                return true;
              });
    }

    /** The next number; 0 after the last. */
    final int next() {
      int[] item = ahead.next();
      return item == null ? 0 : item[0];
    }
  }

  /** The user gets all items, in order, and then knows that there are no more. */
  @JCStressTest
  @Outcome(id = "1, 2, 3, 0", expect = Expect.ACCEPTABLE, desc = "in order, then the end")
  @State
  public static class InOrder extends Numbers {

    /** Makes the state. */
    public InOrder() {
      super(2, 3);
    }

    /** Uses. */
    @Actor
    public void user(IIII_Result result) {
      result.r1 = next();
      result.r2 = next();
      result.r3 = next();
      result.r4 = next();
    }

    /** Makes, where there is room. */
    @Actor
    public void helper() {
      ahead.makeAhead();
      ahead.makeAhead();
      ahead.makeAhead();
    }
  }

  /** An item is not made anew while the user has it. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the item stays what it was")
  @State
  public static class UntouchedWhileGivenOut extends Numbers {

    /** Makes the state. */
    public UntouchedWhileGivenOut() {
      super(2, Integer.MAX_VALUE);
    }

    /** Looks at one item twice. */
    @Actor
    public void user(II_Result result) {
      int[] item = ahead.next();
      result.r1 = item[0];
      result.r2 = item[0];
    }

    /** Makes, where there is room. */
    @Actor
    public void helper() {
      ahead.makeAhead();
      ahead.makeAhead();
      ahead.makeAhead();
    }
  }

  /** Once closing has returned, nothing is made. */
  @JCStressTest
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "none was made after the end")
  @State
  public static class NothingAfterTheEnd {
    private volatile boolean closed;
    private int late;
    private final WorkAhead<int[]> ahead =
        new WorkAhead<>(
            new IdleThread(),
            8,
            () -> new int[1],
            item -> {
              if (closed) {
                late++;
              }
              return true;
            });

    /** Ends it. */
    @Actor
    public void user() {
      ahead.close();
      closed = true;
    }

    /** Makes, where there is room. */
    @Actor
    public void helper() {
      ahead.makeAhead();
      ahead.makeAhead();
    }

    /** Counts what came late. */
    @Arbiter
    public void count(I_Result result) {
      result.r1 = late;
    }
  }
}
