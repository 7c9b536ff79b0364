package io.github.parewire.cli;

import java.lang.reflect.Field;

/**
 * Keeps a notice for developers off the console: JDK 24 and later print, once a process, that
 * protobuf calls {@code sun.misc.Unsafe}. The launchers allow it by {@code
 * --sun-misc-unsafe-memory-access=allow}, but {@code java -jar} takes no such option from a jar.
 */
final class UnsafeNotice {

  private UnsafeNotice() {}

  /** Tells the JDK that the notice has been given; where that can't be told, it appears. */
  static void silence() {
    try {
      Field isGiven = Class.forName("sun.misc.Unsafe").getDeclaredField("memoryAccessWarned");
      isGiven.setAccessible(true);
      isGiven.setBoolean(null, true);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // A JDK before 24, which gives no notice, or one that keeps this elsewhere.
    }
  }
}
