package io.github.parewire.model;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells that a file is no longer the one that was opened, or has been written to.
 *
 * @param path the file
 * @param size in bytes
 * @param modified when it was last written to
 * @param key tells it from another file of the name; null where the system has no such thing
 */
record FileStamp(Path path, long size, FileTime modified, Object key) {

  /** The stamp of a file as it is now. */
  static FileStamp of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileStamp(
        path, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /**
   * Checks that the file is as it was.
   *
   * @throws IOException if it is not
   */
  void requireUnchanged() throws IOException {
    try {
      if (of(path).equals(this)) {
        return;
      }
    } catch (NoSuchFileException e) {
      // Changed beyond recognition.
    }
    throw changed();
  }

  /** Checks that it is this file that was opened. */
  void requireSize(long opened) throws IOException {
    if (opened != size) {
      throw changed();
    }
  }

  private IOException changed() {
    return new FileSystemException(
        path.toString(), null, "the file changed while it was read; run again once it is complete");
  }
}
