package io.github.parewire.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

  /**
   * What a place is known by, whatever leads there: its real path, and its key if a file is there.
   * Two paths lead to one place if they have one of these in common.
   *
   * @throws IOException if it can't be looked at
   */
  public static List<Object> marks(Path file) throws IOException {
    return Stream.concat(Stream.of(real(file)), key(file).stream()).toList();
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      Path whole = file.toAbsolutePath().normalize();
      Path folder = whole.getParent();
      return folder == null ? whole : real(folder).resolve(whole.getFileName());
    }
  }
}
