package io.github.parewire.cli;

import io.github.parewire.options.Progress;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * One line at the bottom of a terminal that says how far a long run has come, and is gone when the
 * run ends. A run shorter than a second shows none and loads nothing for it; nor is there one where
 * standard error is no terminal.
 */
final class ProgressLine implements Progress {

  /** Milliseconds before the line is shown; a test need not wait. */
  static final String DELAY_PROPERTY = "parewire.progress.delay";

  private static final int DELAY_MILLIS = Integer.getInteger(DELAY_PROPERTY, 1000);
  private static final int UPDATE_MILLIS = 200;

  private static final long MILLION = 1_000_000;
  private static final long THOUSAND = 1_000;

  private final PrintStream err = System.err;
  private final LongAdder passed = new LongAdder();
  private CountDownLatch ended = new CountDownLatch(0);
  private Thread display = new Thread(() -> {});
  private volatile boolean verifying;
  private boolean shown;
  private long total;
  private int passes;
  private long since;

  /** Begins a run, when the one before has ended. */
  @Override
  public synchronized void begin(long weights, int times) {
    passes = times;
    total = passes * weights;
    since = System.nanoTime();
    passed.reset();
    verifying = false;
    shown = false;
    // A thread that is on its way out must not take the next run's for its own.
    CountDownLatch end = new CountDownLatch(1);
    ended = end;
    display = new Thread(() -> display(end), "progress");
    display.setDaemon(true);
    display.start();
  }

  @Override
  public void advance(long more) {
    passed.add(more);
  }

  @Override
  public void verify() {
    verifying = true;
  }

  /** The line is gone when this returns; a line not yet shown never will be, nor is waited for. */
  @Override
  public void end() {
    synchronized (this) {
      ended.countDown();
      if (!shown) {
        return;
      }
    }
    try {
      display.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void display(CountDownLatch end) {
    try {
      if (!end.await(DELAY_MILLIS, TimeUnit.MILLISECONDS)) {
        ErrorTerminal.width().ifPresent(width -> display(end, width));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void display(CountDownLatch end, int width) {
    synchronized (this) {
      shown = end.getCount() > 0;
      if (!shown) {
        return;
      }
    }
    try (ProgressBar bar = bar(width)) {
      do {
        bar.stepTo(passed.sum());
        if (verifying) {
          bar.setExtraMessage(" verifying");
        }
      } while (!end.await(UPDATE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ProgressBar bar(int width) {
    long unit = total >= passes * MILLION ? MILLION : THOUSAND;
    return new ProgressBarBuilder()
        .setTaskName("rewiring")
        .setInitialMax(total)
        .setUnit(unit == MILLION ? "M weights" : "k weights", passes * unit)
        .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .setStyle(style())
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .startsFrom(0, Duration.ofNanos(System.nanoTime() - since))
        .clearDisplayOnFinish()
        .setConsumer(new Line(width))
        .build();
  }

  private static ProgressBarStyle style() {
    if (!Charset.defaultCharset().newEncoder().canEncode('█')) {
      return ProgressBarStyle.ASCII;
    }
    String noColor = System.getenv("NO_COLOR");
    return noColor == null || noColor.isEmpty()
        ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
        : ProgressBarStyle.UNICODE_BLOCK;
  }

  /** Prints over the same line, again and again. */
  private final class Line extends DelegatingProgressBarConsumer {

    private final int width;

    /** A terminal wraps a line that fills it. */
    Line(int width) {
      super(text -> print(text), width - 1);
      this.width = width - 1;
    }

    @Override
    public void clear() {
      print(" ".repeat(width) + '\r');
    }
  }

  private void print(String text) {
    err.print('\r' + text);
    err.flush();
  }
}
