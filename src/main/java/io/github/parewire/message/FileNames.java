package io.github.parewire.message;

import java.nio.charset.Charset;

/**
 * Which names of files this process can have. The JVM takes the encoding from the locale that it
 * was started with, and in the locale C that is ASCII.
 */
public final class FileNames {

  private static final String ENCODING =
      System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name());

  /** What stands for bytes that are no characters of an encoding. */
  private static final char LOST = '\ufffd';

  private FileNames() {}

  /**
   * Whether a file can have this name here.
   *
   * @param name a name, or a path
   * @return false if the encoding lacks one of its characters
   */
  public static boolean canHave(String name) {
    return !Charset.isSupported(ENCODING) || Charset.forName(ENCODING).newEncoder().canEncode(name);
  }

  /**
   * Whether a text from outside, such as an argument, had characters that the encoding lacks.
   *
   * @param text as the JVM decoded it
   * @return true if some of it is lost
   */
  public static boolean isLost(String text) {
    return text.indexOf(LOST) >= 0 && !canHave(String.valueOf(LOST));
  }

  /**
   * A name that can't be had, as an error.
   *
   * @param what what has the name, and the name
   * @return the error, which says how to mend it
   */
  public static UsageException refusal(String what) {
    return new UsageException(
        what + ": expected characters of the locale's encoding, " + ENCODING + ", found others",
        "set the environment variable LC_ALL=C.UTF-8");
  }
}
