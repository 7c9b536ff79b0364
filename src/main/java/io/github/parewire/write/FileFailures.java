package io.github.parewire.write;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Failures that the system reports without a name: those after a file has been opened. */
public final class FileFailures {

  private FileFailures() {}

  /**
   * A failure under the name that the user knows the file by.
   *
   * @param e what the system reported
   */
  public static FileSystemException named(String name, IOException e) {
    return named(name, e, e.getMessage());
  }

  /**
   * The same with a reason of its own.
   *
   * @param e what the system reported
   */
  public static FileSystemException named(String name, IOException e, String reason) {
    FileSystemException named = new FileSystemException(name, null, reason);
    named.initCause(e);
    return named;
  }
}
