package io.github.parewire.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is made ahead is what the user would have made, whoever makes it. Which thread is faster at
 * which step is what the stress tests vary (src/jcstress).
 */
final class WorkAheadTest {

  private static final int ITEMS = 3000;

  /** Long enough for a thread of the pool to come on any machine. */
  private static final int PATIENCE_SECONDS = 60;

  private int made;

  @ParameterizedTest
  @CsvSource({"0,1", "1,4", "2,1", "2,4", "3,8", "3,300"})
  void itemsComeInOrder(int threads, int most) {
    List<Integer> seen =
        in(
            threads,
            () -> {
              List<Integer> numbers = new ArrayList<>();
              try (IdleThread idleThread = new IdleThread();
                  WorkAhead<int[]> ahead = numbers(idleThread, most)) {
                for (int[] item = ahead.next(); item != null; item = ahead.next()) {
                  numbers.add(item[0]);
                }
                assertNull(ahead.next());
                assertTrue(ahead.items().size() <= most, "items " + ahead.items().size());
              }
              return numbers;
            });
    assertEquals(IntStream.range(0, ITEMS).boxed().toList(), seen);
  }

  @Test
  void oneItemServesWithoutHelp() {
    try (IdleThread idleThread = new IdleThread();
        WorkAhead<int[]> ahead = numbers(idleThread, 8)) {
      while (ahead.next() != null) {
        assertEquals(1, ahead.items().size());
      }
    }
  }

  /** The user asks for nothing, until a thread of the pool has filled up what there may be. */
  @Test
  void anIdleThreadMakesAllThatThereIsRoomFor() {
    CountDownLatch full = new CountDownLatch(8);
    List<Thread> makers = new ArrayList<>();
    Thread user =
        in(
            2,
            () -> {
              try (IdleThread idleThread = new IdleThread();
                  WorkAhead<int[]> ahead =
                      new WorkAhead<>(
                          idleThread,
                          8,
                          () -> new int[1],
                          item -> {
                            makers.add(Thread.currentThread());
                            full.countDown();
                            return true;
                          })) {
                await(full);
                // The last item is made, and counted a moment later.
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (ahead.hasRoom() && ahead.supply() != 1 && System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                assertTrue(!ahead.hasRoom() || ahead.supply() == 1);
              }
              return Thread.currentThread();
            });
    assertEquals(8, makers.size());
    assertTrue(makers.stream().noneMatch(maker -> maker == user), "made by the user");
  }

  @Test
  void theNeedierIsMadeFirst() {
    List<String> order = new ArrayList<>();
    CountDownLatch full = new CountDownLatch(11);
    in(
        2,
        () -> {
          try (IdleThread idleThread = new IdleThread();
              WorkAhead<int[]> few = named("few", 2, idleThread, order, full);
              WorkAhead<int[]> many = named("many", 9, idleThread, order, full)) {
            idleThread.ask();
            await(full);
            // The last item is made by then, and about to be counted.
            long end = System.nanoTime() + 10_000_000_000L;
            while ((few.hasRoom() || many.hasRoom()) && System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            assertTrue(!few.hasRoom() && !many.hasRoom());
          }
          return null;
        });
    assertEquals(2, order.stream().filter("few"::equals).count(), order.toString());
    // Once both are there, the first half of one is made before the last half of the other.
    assertTrue(order.subList(0, 7).contains("few"), order.toString());
  }

  private static WorkAhead<int[]> named(
      String name, int most, IdleThread idleThread, List<String> order, CountDownLatch full) {
    return new WorkAhead<>(
        idleThread,
        most,
        () -> new int[1],
        item -> {
          order.add(name);
          full.countDown();
          return true;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aFailureReachesTheUser(int threads) {
    RuntimeException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                in(
                    threads,
                    () -> {
                      try (IdleThread idleThread = new IdleThread();
                          WorkAhead<int[]> ahead =
                              new WorkAhead<>(
                                  idleThread, 4, () -> new int[1], WorkAheadTest::failLate)) {
                        while (ahead.next() != null) {
                          Thread.onSpinWait();
                        }
                      }
                      return null;
                    }));
    assertTrue(String.valueOf(thrown).contains("worn out"), thrown.toString());
  }

  private static boolean failLate(int[] item) {
    if (++item[0] == 20) {
      throw new IllegalStateException("worn out");
    }
    return true;
  }

  @Test
  void nothingIsMadeOnceItIsClosed() {
    CountDownLatch some = new CountDownLatch(3);
    in(
        2,
        () -> {
          try (IdleThread idleThread = new IdleThread()) {
            WorkAhead<int[]> ahead =
                new WorkAhead<>(
                    idleThread,
                    ITEMS,
                    () -> new int[1],
                    item -> {
                      made++;
                      some.countDown();
                      return true;
                    });
            ahead.next();
            await(some);
            // Whoever is at an item has finished it when this returns.
            ahead.close();
            int then = made;
            ahead.makeAhead();
            assertEquals(then, made);
            assertTrue(!ahead.hasRoom());
          }
          return null;
        });
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "no thread has come");
  }

  /** Numbers from 0 on. */
  private WorkAhead<int[]> numbers(IdleThread idleThread, int most) {
    return new WorkAhead<>(
        idleThread,
        most,
        () -> new int[1],
        item -> {
          if (made == ITEMS) {
            return false;
          }
          item[0] = made++;
          return true;
        });
  }

  /** Calls in a pool of some threads; 0: on this thread. */
  private static <T> T in(int threads, Callable<T> action) {
    ForkJoinTask<T> task = ForkJoinTask.adapt(action);
    if (threads == 0) {
      return task.invoke();
    }
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.invoke(task);
    } finally {
      pool.shutdown();
    }
  }
}
