package io.github.parewire.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** Places in the file system, whether or not there is a file yet. */
public final class FilePlaces {

  private FilePlaces() {}

  /**
   * Whether what is written to one place is found at the other.
   *
   * @throws IOException if a file can't be looked at
   */
  public static boolean isSame(Path one, Path other) throws IOException {
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
        || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
  }

  /**
   * What the names of one file have in common.
   *
   * @return empty if there is no such file
   * @throws IOException if it can't be looked at
   */
  public static Optional<Object> key(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return Optional.of(key == null ? file.toRealPath() : key);
  }

  /** The path by which a file is known whatever leads there; if there is none, its own. */
  public static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      Path whole = file.toAbsolutePath().normalize();
      Path folder = whole.getParent();
      return folder == null ? whole : real(folder).resolve(whole.getFileName());
    }
  }
}
