package io.github.parewire.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What tells a file, or a link, from others that have its name before or after it. */
final class FileIdentity {

  private FileIdentity() {}

  /** What stays of a file when it is renamed; null if there is none. */
  static String of(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = attributes(file);
      return key(attributes) + " " + attributes.size() + " " + attributes.lastModifiedTime();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** What stays of a file when it is written to, too; null if there is none. */
  static Object key(Path file) throws IOException {
    try {
      return key(attributes(file));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Object key(BasicFileAttributes attributes) {
    return attributes.fileKey() == null ? attributes.creationTime() : attributes.fileKey();
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
