package io.github.parewire.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Items that are made one after the other ahead of their use, by an {@link IdleThread}, or by the
 * user when it needs one: they are the same with any number of threads.
 *
 * <p>Of the items that were used the last one is made anew first, so that without help a single one
 * serves all along and stays in the processor's cache.
 *
 * @param <T> what is made
 */
public final class WorkAhead<T> implements AutoCloseable {

  /** Makes items; never called by two threads at a time. */
  public interface Maker<T> {

    /** Makes the next item out of a new or used one; false, having made nothing, after the last. */
    boolean make(T item);
  }

  private final IdleThread idleThread;
  private final int most;
  private final Supplier<T> supplier;
  private final Maker<T> maker;
  private final ReentrantLock making = new ReentrantLock();
  private final List<T> items = new ArrayList<>();
  private final ConcurrentLinkedDeque<T> used = new ConcurrentLinkedDeque<>();
  private final ConcurrentLinkedDeque<T> ready = new ConcurrentLinkedDeque<>();

  /** Items that are ready or given out. */
  private final AtomicInteger count = new AtomicInteger();

  private volatile boolean ended;
  private T given;

  /**
   * Begins to make items.
   *
   * @param idleThread who may make some ahead
   * @param most how many there may be at a time
   * @param supplier what to make items of
   * @param maker makes them
   */
  public WorkAhead(IdleThread idleThread, int most, Supplier<T> supplier, Maker<T> maker) {
    this.idleThread = idleThread;
    this.most = most;
    this.supplier = supplier;
    this.maker = maker;
    idleThread.add(this);
    idleThread.ask();
  }

  /** The next item, until the next call; null after the last. */
  public T next() {
    if (given != null) {
      used.push(given);
      count.decrementAndGet();
    }
    if (!ended && supply() <= 0.5) {
      idleThread.ask();
    }
    given = ready.poll();
    while (given == null && makeForUser()) {
      given = ready.poll();
    }
    return given;
  }

  /** All there are, when {@link #next} has returned null. */
  public List<T> items() {
    return items;
  }

  /** The part of the items that is ready or in use, 0 to 1. */
  double supply() {
    return (double) count.get() / most;
  }

  /** Whether an item could be made ahead. */
  boolean hasRoom() {
    return !ended && count.get() < most;
  }

  /** Makes an item if there is room, unless the user is at one. */
  void makeAhead() {
    makeOrYield(() -> hasRoom() && make());
  }

  /** Makes an item unless help is at one or has just made one; false after the last. */
  private boolean makeForUser() {
    return makeOrYield(() -> !ready.isEmpty() || make());
  }

  /**
   * Returns what a way to make items does, or true if another thread is at one. To wait for it
   * asleep would take longer: most items are made before a thread has woken up.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  private boolean makeOrYield(BooleanSupplier way) {
    if (!making.tryLock()) {
      Thread.yield();
      return true;
    }
    try {
      return way.getAsBoolean();
    } finally {
      making.unlock();
    }
  }

  private boolean make() {
    if (ended) {
      return false;
    }
    T item = used.poll();
    if (item == null) {
      item = supplier.get();
      items.add(item);
    }
    if (!maker.make(item)) {
      ended = true;
      return false;
    }
    count.incrementAndGet();
    ready.add(item);
    return true;
  }

  /** Sees to it that nothing is made any longer. */
  @Override
  public void close() {
    ended = true;
    // Waits for a thread that is making an item, which would put it into "ready" otherwise.
    making.lock();
    try {
      ready.clear();
    } finally {
      making.unlock();
    }
  }
}
