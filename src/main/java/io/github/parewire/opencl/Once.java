package io.github.parewire.opencl;

import java.util.function.LongConsumer;

/** Hands on how far work has come, but not what it has handed on already of work begun again. */
final class Once implements LongConsumer {

  private final LongConsumer next;
  private long handedOn;
  private long done;

  Once(LongConsumer next) {
    this.next = next;
  }

  @Override
  public void accept(long weights) {
    done += weights;
    if (done > handedOn) {
      next.accept(done - handedOn);
      handedOn = done;
    }
  }

  /** How far work has come. */
  long done() {
    return done;
  }

  /** Says that work begins again where it was. */
  void backTo(long earlier) {
    done = earlier;
  }
}
