package io.github.parewire.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made ahead is what the user would have made, whoever makes it and whoever is faster. */
final class WorkAheadTest {

  private static final int ITEMS = 300;

  private final List<Thread> makers = new ArrayList<>();
  private int made;

  @ParameterizedTest
  @CsvSource({"0,1,0,0", "1,4,0,0", "2,1,0,0", "2,4,50,0", "2,4,0,50", "3,8,0,0", "3,8,20,20"})
  void itemsComeInOrder(int threads, int most, int makeMicros, int useMicros) {
    List<Integer> seen =
        in(
            threads,
            () -> {
              List<Integer> numbers = new ArrayList<>();
              try (IdleThread helper = new IdleThread();
                  WorkAhead<int[]> ahead = ahead(helper, most, makeMicros)) {
                for (int[] item = ahead.next(); item != null; item = ahead.next()) {
                  LockSupport.parkNanos(useMicros * 1000L);
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
    try (IdleThread helper = new IdleThread();
        WorkAhead<int[]> ahead = ahead(helper, 8, 0)) {
      while (ahead.next() != null) {
        assertEquals(1, ahead.items().size());
      }
    }
  }

  @Test
  void anIdleThreadHelps() {
    Thread user =
        in(
            2,
            () -> {
              try (IdleThread helper = new IdleThread();
                  WorkAhead<int[]> ahead = ahead(helper, 8, 0)) {
                while (ahead.next() != null) {
                  LockSupport.parkNanos(100_000);
                }
              }
              return Thread.currentThread();
            });
    assertTrue(makers.stream().anyMatch(maker -> maker != user), "all made by the user");
  }

  @Test
  void theNeedierIsMadeFirst() {
    List<String> order = new ArrayList<>();
    in(
        2,
        () -> {
          try (IdleThread helper = new IdleThread();
              WorkAhead<int[]> few =
                  new WorkAhead<>(helper, 2, () -> new int[1], i -> order.add("few"));
              WorkAhead<int[]> many =
                  new WorkAhead<>(helper, 9, () -> new int[1], i -> order.add("many"))) {
            while (few.hasRoom() || many.hasRoom()) {
              helper.ask();
            }
          }
          return null;
        });
    assertEquals(2, order.stream().filter("few"::equals).count(), order.toString());
    // Once both are there, the first half of one is made before the last half of the other.
    assertTrue(order.subList(0, 7).contains("few"), order.toString());
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
                      try (IdleThread helper = new IdleThread();
                          WorkAhead<int[]> ahead =
                              new WorkAhead<>(
                                  helper, 4, () -> new int[1], WorkAheadTest::failLate)) {
                        while (ahead.next() != null) {
                          LockSupport.parkNanos(10_000);
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
    in(
        2,
        () -> {
          try (IdleThread helper = new IdleThread()) {
            WorkAhead<int[]> ahead = ahead(helper, ITEMS, 100);
            ahead.next();
            ahead.close();
            int then = made;
            LockSupport.parkNanos(5_000_000);
            assertEquals(then, made);
            assertTrue(made < ITEMS, "all were made before it was closed");
          }
          return null;
        });
  }

  /** Numbers from 0 on. */
  private WorkAhead<int[]> ahead(IdleThread helper, int most, int makeMicros) {
    return new WorkAhead<>(
        helper,
        most,
        () -> new int[1],
        item -> {
          if (made == ITEMS) {
            return false;
          }
          LockSupport.parkNanos(makeMicros * 1000L);
          makers.add(Thread.currentThread());
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
